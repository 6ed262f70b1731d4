"""The images of a tree that are samples, and not the masks of others."""

from __future__ import annotations

from stepscope.collect.files.reading import is_image
from stepscope.collect.files.tree import Tree

MASKS = frozenset(("mask", "masks", "segmentation", "segmentations", "seg", "label", "labels", "annotations", "annotation", "gt", "ground_truth", "groundtruth", "depth"))
"""Names of folders whose images are masks where a folder of IMAGES, or of a split, stands beside them."""
ALWAYS = frozenset(("segmentationclass", "segmentationobject", "segmentationclassaug", "segmentationclassraw", "gtfine", "gtcoarse"))
IMAGES = frozenset(("images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "rgb"))
"""Names of folders that say nothing but that there are images."""


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

    return [path for path in tree.files if is_image(path) and not is_apart(path.rpartition("/")[0])]


def _holds_masks(name: str, beside: set[str]) -> bool:
    if name in ALWAYS:
        return True
    return name in MASKS and bool(beside & IMAGES or (name == "ground_truth" and "train" in beside))
