"""Several data sets as the splits of one: which samples stand in two of them."""

from __future__ import annotations

from collections.abc import Sequence

from stepscope.collect.objects.columns import Columns, copies_in
from stepscope.collect.objects.looked import Looked
from stepscope.evidence import Flaws, Images, Inventory


def together(looks: Sequence[Looked], parts: Sequence[Columns]) -> Columns:
    """One row for each sample of each part, its split beside it. Of streams that were left before their end what was drawn counts."""
    import numpy as np

    splits = tuple(looked.name[looked.name.rindex("[") :].strip("[]'") for looked in looks)
    splits = tuple(f"part {split}" if split.isdigit() else split for split in splits)
    names = [name for part in parts for name in part.images.paths]
    split = np.concatenate([np.full(len(part.images), place, np.int16) for place, part in enumerate(parts)])
    classes = max((part.images.classes for part in parts), key=len)
    label = np.concatenate([part.images.label if part.images.classes == classes else np.full(len(part.images), -1, np.int32) for part in parts])
    images = Images(names, splits, split, classes, label, np.concatenate([part.images.facts for part in parts]), {})
    samples = {name: which for part in parts for name, which in part.samples.items()}
    counts = {split: looked.count for split, looked in zip(splits, looks, strict=True)}
    return Columns(images, copies_in(images), None, Flaws([]), Inventory("object", looks[0].name.rpartition("[")[0], counts, classes), samples)
