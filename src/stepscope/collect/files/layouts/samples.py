"""The images of a tree that are samples, and not the masks of others."""

from __future__ import annotations

import re
from collections.abc import Container

from stepscope.collect.files.reading import is_image, split_of
from stepscope.collect.files.tree import Tree

MASKS = frozenset(("mask", "masks", "segmentation", "segmentations", "seg", "label", "labels", "annotations", "annotation", "gt", "ground_truth", "groundtruth", "depth", "depths", "disparity", "semantic", "instance", "trimaps", "alpha", "mattes"))
"""Names of folders whose images are masks where a folder of IMAGES, or of a split, stands beside them."""
ALWAYS = frozenset(("segmentationclass", "segmentationobject", "segmentationclassaug", "segmentationclassraw", "gtfine", "gtcoarse"))
IMAGES = frozenset(("images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "rgb"))
"""Names of folders that say nothing but that there are images."""

MASK = re.compile(r"[_-](?:masks?|seg|segmentation|labels?|gt|matte|trimap|labelids|color)(?:_\d)?$|^(?:sync_)?(?:depth|masks?|seg|labels?|gt)[_-]", re.IGNORECASE)
"""What is added to the name of an image for that of its mask, behind it or before it."""
_OF_MASKS = re.compile(r"(?<=.)[_-]?(?:masks?|labels?|annot|annotations?|gt|segmentations?|seg)$")
"""What is added to the name of a split, or of a folder of images, for the folder of its masks: `train_masks` and `trainannot` beside `train`."""
_ADDED = ("mask", "seg", "label", "gt", "matte", "trimap", "color", "depth")
_BEFORE = ("rgb_", "image_", "img_", "color_", "rgb-", "image-", "img-")
NEARLY_ALL = 0.8
"""The share of a folder's images that have a mask beside them, from which on these are masks: `face.jpg` and `face_mask.jpg` may as well be two samples."""


def samples_of(tree: Tree) -> list[str]:
    """Every file that is named like an image, but for those in folders of masks."""
    apart: dict[str, bool] = {}
    beside: dict[str, set[str]] = {}
    for folder in tree.folders:
        above, _, name = folder.rpartition("/")
        beside.setdefault(above, set()).add(name.lower())

    def is_apart(folder: str) -> bool:
        """Whether a folder, or one above it, holds masks."""
        waiting = []
        while folder and folder not in apart:
            waiting.append(folder)
            folder = folder.rpartition("/")[0]
        found = apart.get(folder, False)
        for each in reversed(waiting):
            above, _, name = each.rpartition("/")
            found = apart[each] = found or _holds_masks(name.lower(), beside.get(above, set()))
        return found

    found = [path for path in tree.files if is_image(path) and not is_apart(path.rpartition("/")[0])]
    text = "\n".join(found).lower()
    if not any(word in text for word in _ADDED):
        return found
    beside_theirs = _beside_their_images(found) or _apart_from_their_images(found)
    return [path for path in found if path not in beside_theirs] if beside_theirs else found


def owner_of(stem: str, images: Container[str]) -> str:
    """The one of these images that a mask of this name is for: `0001_mask` is for `0001`, `sync_depth_0001` for `rgb_0001`; "" where it is for none."""
    found = MASK.search(stem)
    names = (stem[: found.start()] + stem[found.end() :],) if found and found.start() else [kind + stem[found.end() :] for kind in ("", *_BEFORE)] if found else ()
    return next((name for name in names if name in images), "")


def _beside_their_images(paths: list[str]) -> set[str]:
    """The masks that lie in one folder with their images, as `0001_mask.png` beside `0001.jpg`, where nearly all images have one."""
    stems: dict[str, dict[str, str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        stems.setdefault(folder, {})[name.rpartition(".")[0]] = path
    masks: set[str] = set()
    for its in stems.values():
        theirs = {path for stem, path in its.items() if owner_of(stem, its)}
        named = {path for stem, path in its.items() if MASK.search(stem)}  # some of images that are not there
        masks |= named if theirs and len(theirs) >= NEARLY_ALL * max(len(named), len(its) - len(theirs)) else set()
    return masks


def _apart_from_their_images(paths: list[str]) -> set[str]:
    """The masks of folders in which nearly every image is called as one of another folder, and as its mask: `GroundTruth/1_segmentation.png`, `Input/1.jpg`."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    named = {folder: its for folder, its in folders.items() if len(its) > 1 and MASK.search(_stem(its[0])) and sum(MASK.search(_stem(path)) is not None for path in its) >= NEARLY_ALL * len(its)}
    stems = {_stem(path) for folder, its in folders.items() if folder not in named for path in its} if named else set()
    masks = [its for its in named.values() if sum(bool(owner_of(_stem(path), stems)) for path in its) >= NEARLY_ALL * len(its)]
    return {path for its in masks for path in its}


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _holds_masks(name: str, beside: set[str]) -> bool:
    if name in ALWAYS or name.startswith(("panoptic_", "disp_occ", "disp_noc", "flow_occ", "flow_noc")):
        return True
    added = _OF_MASKS.search(name)
    if added and name[: added.start()] in beside and (split_of(f"{name[: added.start()]}/x") or name[: added.start()] in IMAGES):
        return True
    return name in MASKS and bool(beside & IMAGES or (name == "ground_truth" and "train" in beside))
