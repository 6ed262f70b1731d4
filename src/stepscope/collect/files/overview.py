"""A data set as a whole, from the columns that were read of it: no file is opened here."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from stepscope.evidence import Boxes, Chart, Images, Inventory, Overlap, Overview, State, Twins

MOST = 10
"""Values of one chart that have a bar of their own."""
_ASPECTS = ((0.5, "below 1:2"), (0.75, "1:2 to 3:4"), (0.98, "3:4 to 1:1"), (1.02, "square"), (4 / 3 + 0.001, "1:1 to 4:3"), (2.001, "4:3 to 2:1"), (float("inf"), "above 2:1"))
_PER_IMAGE = ((0, "0"), (1, "1"), (2, "2"), (5, "3 to 5"), (10, "6 to 10"), (20, "11 to 20"), (50, "21 to 50"), (100, "51 to 100"), (float("inf"), "above 100"))
_SHARES = ((0.02, "below 2 %"), (0.05, "2 to 5 %"), (0.1, "5 to 10 %"), (0.2, "10 to 20 %"), (0.4, "20 to 40 %"), (0.8, "40 to 80 %"), (float("inf"), "above 80 %"))


def overview_of(images: Images, twins: Twins, boxes: Boxes | None, inventory: Inventory) -> Overview:
    """The overview without colours and thumbnails."""
    known = images.facts["width"] > 0
    sizes = Counter(zip(images.facts["width"][known].tolist(), images.facts["height"][known].tolist(), strict=True))
    (usual, count), = sizes.most_common(1) or [((0, 0), 0)]  # fmt: skip
    charts = [*_of_images(images, known, sizes), *(_of_boxes(boxes, images) if boxes is not None else [])]
    return Overview(
        inventory.layout, len(images), dict(inventory.samples), inventory.classes, dict(inventory.per_class or {}), inventory.boxes,
        usual=(*usual, count / sizes.total()) if count else None, charts=tuple(chart for chart in charts if chart.bars), overlaps=tuple(_overlaps(images, twins)),
    )  # fmt: skip


def _of_images(images: Images, known: Any, sizes: Counter[tuple[int, int]]) -> list[Chart]:
    facts = images.facts
    modes = Counter(_text(mode) for mode in facts["mode"].tolist() if mode)
    formats = Counter(_text(name) for name in facts["format"].tolist() if name)
    charts = [
        Chart("Image sizes", "images", _commonest(Counter({f"{width} x {height}": count for (width, height), count in sizes.items()}))),
        Chart("Aspect (width to height)", "images", _binned(facts["width"][known] / facts["height"][known].clip(1), _ASPECTS)),
        Chart("Channels and modes", "images", _commonest(modes)),
        Chart("File formats", "images", _commonest(formats)),
    ]
    seen = (facts["state"] == State.WHOLE) & known
    if images.pixels and facts["mean"][seen].any():
        charts.append(Chart("Mean brightness (0 to 255)", "images", _brightness(facts["mean"][seen])))
    return charts


def _shares(boxes: Boxes) -> Any:
    """The shares of their images that boxes take, where these are known."""
    corners, (width, height) = boxes.corners, boxes.sizes
    known = (width > 0) & (height > 0)
    area = abs((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]))
    return area[known] / (width * height)[known]


def _of_boxes(boxes: Boxes, images: Images) -> list[Chart]:
    import numpy as np

    per_image = Counter(np.bincount(boxes.image, minlength=len(boxes.images)).tolist() if len(boxes) else [])
    annotated = set(boxes.images)
    per_image[0] += sum(path not in annotated for path in images.paths) if len(boxes) else 0
    area = np.concatenate([np.zeros(0), *map(_shares, boxes.parts())])
    counts = np.array(list(per_image.elements()))
    return [
        Chart("Boxes per image", "images", _binned(counts, _PER_IMAGE, closed=True)),
        Chart("Box size (square root of its share of the image)", "boxes", _binned(np.sqrt(area[np.isfinite(area)]), _SHARES)),
    ]


def _text(field: Any) -> str:
    return bytes(field).decode("ascii", "replace")


def _commonest(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent values, and the others together."""
    bars = counts.most_common(MOST)
    rest = counts.total() - sum(count for _, count in bars)
    return (*bars, *([(f"{len(counts) - MOST:,} others", rest)] if rest else []))


def _binned(values: Any, bins: tuple[tuple[float, str], ...], closed: bool = False) -> tuple[tuple[str, int], ...]:
    """How many values each bin holds; a bin ends before its limit, or with it where it is `closed`. Empty bins at both ends are left out."""
    import numpy as np

    if not len(values):
        return ()
    places = np.searchsorted([limit for limit, _ in bins], values, side="left" if closed else "right")
    counts = np.bincount(places.clip(0, len(bins) - 1), minlength=len(bins)).tolist()
    filled = [place for place, count in enumerate(counts) if count]
    return tuple((bins[place][1], counts[place]) for place in range(filled[0], filled[-1] + 1))


def _brightness(means: Any) -> tuple[tuple[str, int], ...]:
    return _binned(means, tuple((float(low + 32), f"{low} to {low + 31}") for low in range(0, 256, 32)))


def _overlaps(images: Images, twins: Twins) -> list[Overlap]:
    """How many images of the later split have a twin in the earlier one."""
    met: dict[str, Counter[tuple[int, int]]] = {"same": Counter(), "alike": Counter()}
    for kind, groups in (("same", twins.same), ("alike", twins.alike)):
        for rows in groups:
            splits = Counter(int(images.split[row]) for row in rows if images.split[row] >= 0)
            met[kind].update({(first, second): splits[second] for first, second in combinations(sorted(splits), 2)})
    pairs = sorted(met["same"].keys() | met["alike"].keys())
    return [Overlap(images.splits[first], images.splits[second], met["same"][first, second], met["alike"][first, second]) for first, second in pairs]
