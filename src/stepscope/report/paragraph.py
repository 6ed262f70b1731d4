"""A data set in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from stepscope.evidence import Overview

NAMED = 5
"""Splits that are told by name."""
RARE = 0.1
"""The share of images up to which the most frequent size is not worth telling."""


def paragraph(overview: Overview) -> str:
    """6,000 images in train 5,000 / val 1,000 · 10 classes (12 to 620 images each) · 640 x 480 mostly · 24,112 boxes."""
    return " · ".join(_parts(overview))


def _parts(overview: Overview) -> Iterator[str]:
    splits = [f"{name} {count:,}" for name, count in overview.splits.items() if name]
    more = f" and {len(splits) - NAMED} more splits" if len(splits) > NAMED else ""
    yield counted(overview.images, "image") + (f" in {' / '.join(splits[:NAMED])}{more}" if splits else "")
    if overview.classes:
        yield counted(len(overview.classes), "class", "classes") + _spread(overview)
    if overview.usual and overview.usual[2] > RARE:
        width, height, share = overview.usual
        yield f"{width} x {height}" + ("" if share == 1 else " mostly" if share > 0.5 else f" most often ({share:.0%})")
    if overview.boxes:
        yield counted(overview.boxes, "box", "boxes") + (f" ({overview.boxes / overview.images:.1f} an image)" if overview.images else "")
    if overview.colours:
        mean, deviation = (", ".join(f"{value:.3f}" for value in values) for values in (overview.colours.mean, overview.colours.deviation))
        yield f"RGB mean {mean}, deviation {deviation} ({overview.colours.of})"


def _spread(overview: Overview) -> str:
    """How many of the rarest and the commonest class there are, all splits together."""
    totals = [sum(counts) for counts in zip(*overview.per_class.values(), strict=True)]
    if len(totals) < 2:
        return ""
    what = "boxes" if overview.boxes else "images"
    return f" ({min(totals):,} to {max(totals):,} {what} each)" if min(totals) < max(totals) else f" ({totals[0]:,} {what} each)"


def counted(number: int, one: str, many: str = "") -> str:
    """1 image, 2 images."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
