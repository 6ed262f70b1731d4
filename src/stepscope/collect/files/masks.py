"""Images that are labels of others (masks, depth): looked at for damage, their size and their image alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from stepscope.collect.files.layouts.samples import owner_of, samples_of
from stepscope.collect.files.mask_forms import of_other_form
from stepscope.collect.files.reading import Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw, Images, Masks, State

SAYS = {
    State.EMPTY: "is empty", State.NOT_AN_IMAGE: "is no image", State.CORRUPT: "is damaged", State.TRUNCATED: "ends early", State.CRASHED: "ends the process that decodes it",
}  # fmt: skip
OTHER_SIZE = 0.1
"""The share of masks of another size than their image from which on that is how they are made."""
ALONE = 0.1
"""The share of images without a mask, and of masks without an image, up to which they look forgotten."""


def with_masks(reading: Reading, tree: Tree) -> Reading:
    """The same reading with the masks beside its images, which are looked at together."""
    if any(picture.where for picture in reading.pictures):
        return replace(reading, pictures=[*reading.pictures, *reading.masks])
    known = {picture.path for picture in reading.pictures}
    others = [path for path in tree.files if path not in known and is_image(path)]
    samples = set(samples_of(tree)) if others else ()
    masks = [Picture(path) for path in others if path not in samples]
    return replace(reading, pictures=[*reading.pictures, *masks]) if masks else reading


def apart(images: Images, reading: Reading) -> tuple[Images, Images]:
    """The rows of a reading's own images, and those of the masks."""
    import numpy as np

    own = {picture.path for picture in reading.pictures}
    is_own = np.fromiter((path in own for path in images.paths), dtype=bool, count=len(images))
    return _only(images, is_own), _only(images, ~is_own)


def _only(images: Images, rows: Any) -> Images:
    if rows.all():
        return images
    kept = rows.nonzero()[0].tolist()
    says = {place: images.says[row] for place, row in enumerate(kept) if row in images.says}
    return replace(images, paths=[images.paths[row] for row in kept], split=images.split[rows], label=images.label[rows], facts=images.facts[rows], says=says)


def mask_flaws(masks: Images, images: Images) -> Iterator[Flaw]:
    """Masks that cannot be decoded, that have another size than their image, or no image; images without a mask where nearly all have one."""
    for path, state in zip(masks.paths, masks.facts["state"].tolist(), strict=True):
        if state in SAYS:
            yield Flaw("mask-cut-off" if state == State.TRUNCATED else "mask-damaged", path, says=SAYS[State(state)], image=path)
    if not len(masks):
        return
    ours = _by_key(images)
    theirs = _of_masks(masks, ours)
    pairs = _pairs(ours, theirs)
    both = ours.keys() & theirs.keys()
    yield from _of_other_size(pairs, masks, images)
    yield from of_other_form(sorted(mask for _, mask in pairs), masks)
    if both and len(both) >= (1 - ALONE) * max(len(ours), len(theirs)):
        yield from (Flaw("background", images.paths[row], says="has no mask", image=images.paths[row]) for key, rows in ours.items() if key not in theirs for row in rows)
        yield from (Flaw("no-image", masks.paths[row], says="no image has this name") for key, rows in theirs.items() if key not in ours for row in rows)


def numbers_in(masks: Images, images: Images) -> Masks | None:
    """What stands in the masks that belong to an image, as far as all of it was seen."""
    if not len(masks):
        return None
    ours = _by_key(images)
    rows = sorted(mask for _, mask in _pairs(ours, _of_masks(masks, ours)) if masks.facts["look"][mask])
    return Masks([masks.paths[row] for row in rows], masks.facts["top"][rows].astype(int)) if rows else None


def _pairs(ours: dict[tuple[str, str], list[int]], theirs: dict[tuple[str, str], list[int]]) -> list[tuple[int, int]]:
    """Rows of images and of their masks."""
    return [(ours[key][0], mask) for key in ours.keys() & theirs.keys() if len(ours[key]) == 1 for mask in theirs[key]]


def _by_key(images: Images) -> dict[tuple[str, str], list[int]]:
    """Rows by split and name, without the ending."""
    found: dict[tuple[str, str], list[int]] = {}
    for row, path in enumerate(images.paths):
        found.setdefault((split_of(path), path.rpartition("/")[2].rpartition(".")[0]), []).append(row)
    return found


def _of_masks(masks: Images, ours: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    """The same of masks: by the name of their image where that is what is left of theirs without `_mask`, or that without it where others have one."""
    names: dict[str, set[str]] = {}
    for split, name in ours:
        names.setdefault(split, set()).add(name)
    named: dict[tuple[str, str], list[int]] = {}
    found = _by_key(masks)
    usual = any(owner_of(name, names.get(split, ())) for split, name in found)
    for (split, name), rows in found.items():
        own = name if (split, name) in ours or not usual else owner_of(name, names.get(split, ())) or name
        named.setdefault((split, own), []).extend(rows)
    return named


def _of_other_size(pairs: list[tuple[int, int]], masks: Images, images: Images) -> list[Flaw]:
    found = []
    for image, mask in sorted(pairs, key=lambda pair: pair[1]):
        its, own = (tuple(int(each.facts[name][row]) for name in ("width", "height")) for each, row in ((images, image), (masks, mask)))
        turned = any(each.facts["orientation"][row] >= 5 for each, row in ((images, image), (masks, mask)))
        if all(its) and all(own) and own != its and not (turned and own == its[::-1]):
            says = f"is {own[0]}x{own[1]}, and {images.paths[image]} {its[0]}x{its[1]}"
            found.append(Flaw("size", masks.paths[mask], says=says, image=masks.paths[mask]))
    return found if len(found) < OTHER_SIZE * len(pairs) else []
