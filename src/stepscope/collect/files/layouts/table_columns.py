"""What the columns of a list of images are: told by what stands in them first, by their names second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.reading import SPLITS, is_image

PATHS = re.compile(r"path|file|image|img|photo|picture|^id$|name$", re.IGNORECASE)
LABELS = re.compile(r"^(?:class|label|category|target|y|species|breed|tag|diagnosis|klasse)s?$|label_?name|class_?name|(?:class|label|categor|breed|species)", re.IGNORECASE)
SPLIT = re.compile(r"^(?:split|sub_?set|set|partition|usage|data[ _]?set|fold_name)$", re.IGNORECASE)
_CORNERS = (
    ("xyxy", ("xmin", "ymin", "xmax", "ymax")), ("xyxy", ("x1", "y1", "x2", "y2")), ("xyxy", ("left", "top", "right", "bottom")),
    ("xywh", ("x", "y", "w", "h")), ("xywh", ("x", "y", "width", "height")), ("xywh", ("bboxx", "bboxy", "bboxw", "bboxh")),
    ("xywh", ("x1", "y1", "width", "height")),
    ("xywh", ("bboxx", "bboxy", "bboxwidth", "bboxheight")),
)  # fmt: skip
_LISTS = ("bbox", "bboxes", "box", "boundingbox")


@dataclass
class Columns:
    """The place of each column that means something; None where there is none.

    `box` are four places, or one that holds a list; `hot` those of one-hot classes; `paired` tells that another column names images as well.
    """

    image: int
    header: tuple[str, ...] = ()
    label: int | None = None
    split: int | None = None
    size: tuple[int, int] | None = None
    box: tuple[int, ...] = ()
    form: str = "xyxy"
    hot: tuple[int, ...] = ()
    paired: bool = False


def columns_of(rows: Sequence[Sequence[str]], finder: Finder, folder: str) -> Columns | None:
    """The columns of a list, by its first rows; None where it lists no images."""
    if not rows:
        return None
    width = max(map(len, rows))
    body = rows[1:] or rows
    shares = [sum(_names(row[place], finder, folder) for row in body if len(row) > place) / len(body) for place in range(width)]
    best = max(range(width), key=lambda place: (shares[place], -place)) if width else 0
    image = best if width and shares[best] >= 0.5 else _by_stem(rows, finder)
    if image is None:
        return None
    has_header = len(rows[0]) > image and not _names(rows[0][image], finder, folder) and not (finder.called(rows[0][image]) and rows[0][image].isdigit())
    naming = [place for place, share in enumerate(shares) if share >= 0.5]
    if not has_header:
        return _bare(rows, image, naming)
    found = Columns(image, tuple(cell.strip() for cell in rows[0]), paired=len(naming) > 1)
    names = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in found.header]
    _boxes(found, names)
    if "width" in names and "height" in names and not {names.index("width"), names.index("height")} & set(found.box):
        found.size = names.index("width"), names.index("height")
    found.split = next((place for place, name in enumerate(found.header) if SPLIT.search(name) and place != image), _by_splits(body, image))
    _labels(found, body)
    return found


def _names(cell: str, finder: Finder, folder: str) -> bool:
    return is_image(cell.strip()) or (("/" in cell or "." in cell) and finder.find(cell.strip(), "", folder) is not None)


def _by_stem(rows: Sequence[Sequence[str]], finder: Finder) -> int | None:
    """The column of names without an ending: its header speaks of images, and images bear most of the names."""
    for place, name in enumerate(rows[0]):
        body = [row[place].strip() for row in rows[1:] if len(row) > place]
        if PATHS.search(name.strip()) and body and 2 * sum(finder.has_stem(cell) for cell in body) >= len(body):
            return place
    return None


def _bare(rows: Sequence[Sequence[str]], image: int, naming: Sequence[int]) -> Columns:
    """A list without a header: path, class; or path, four numbers, class."""
    after = range(image + 1, image + 5)
    body = [row for row in rows if len(row) > image + 4]
    if 2 * len(body) > len(rows) and all(not row[place].strip() or _number(row[place]) is not None for row in body for place in after):
        return Columns(image, box=tuple(after), label=image + 5 if any(len(row) > image + 5 for row in body) else None)
    width, split = max(map(len, rows)), _by_splits(rows, image)
    label = next((place for place in range(width) if place not in (image, split, *naming)), None)
    return _automl(Columns(image, label=label, split=split, paired=len(naming) > 1), rows)


def _automl(found: Columns, rows: Sequence[Sequence[str]]) -> Columns:
    """The same columns with the box that Google's lists have behind the class: left, top, two empty cells, right, bottom, two empty cells."""
    first = (found.label or 0) + 1
    there = [row for row in rows if len(row) > first + 5 and all(_number(row[first + place]) is not None for place in (0, 1, 4, 5))]
    if found.label is not None and 2 * len(there) > len(rows):
        found.box = first, first + 1, first + 4, first + 5
    return found


def _by_splits(rows: Sequence[Sequence[str]], image: int) -> int | None:
    """The column that holds names of splits, training among them, and nothing else."""
    for place in range(max(map(len, rows), default=0)):
        met = {cell.lower() for cell in _cells(rows, place)}
        if place != image and met <= SPLITS.keys() | {"", "unassigned"} and len(met) > 1 and "train" in {SPLITS.get(cell) for cell in met}:
            return place
    return None


def _boxes(found: Columns, names: list[str]) -> None:
    if "x3" in names:  # key points, or the corners of what is turned
        return
    for form, four in _CORNERS:
        if all(name in names for name in four):
            found.box, found.form = tuple(names.index(name) for name in four), form
            return
    place = next((names.index(name) for name in _LISTS if name in names), None)
    if place is not None:
        found.box, found.form = (place,), "xywh"


def _labels(found: Columns, body: Sequence[Sequence[str]]) -> None:
    """The column of classes: by its name, words before numbers; else the columns of zeros and ones; else the only column left."""
    taken = {found.image, found.split, *(found.size or ()), *found.box}
    left = [place for place in range(len(found.header)) if place not in taken and found.header[place]]
    called = [place for place in left if LABELS.search(found.header[place])]
    flags = [place for place in left if all(cell in ("0", "1", "0.0", "1.0") for cell in _cells(body, place))]
    if called and not (len(flags) > 1 and set(called) <= set(flags)):
        worded = [place for place in called if any(_number(cell) is None for cell in _cells(body, place))]
        found.label = (worded or called)[0]
    elif len(flags) > 1:
        found.hot = tuple(flags)
    elif len(left) == 1 and not _are_measures(_cells(body, left[0])):
        found.label = left[0]


def _are_measures(cells: list[str]) -> bool:
    """Whether most of the cells that hold something hold several numbers: run-length codes, boxes, predictions."""
    held = [cell.split() for cell in cells if cell]
    return 2 * sum(sum(_number(part) is not None for part in parts) > 1 for parts in held) > len(held)


def _cells(body: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in body if len(row) > place]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
