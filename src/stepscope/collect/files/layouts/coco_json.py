"""A COCO file read: typed and fast where it keeps to the form, else item by item with all that does not."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from stepscope.collect.files.layouts.coco_lines import LISTS, item
from stepscope.collect.files.layouts.coco_windows import let_go, raw_list, windows
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

IDS = ("id", "image_id", "category_id")


class Image(msgspec.Struct, gc=False):
    """An entry of `images`. LVIS gives a `coco_url` in place of a name."""

    id: int | str
    file_name: str = ""
    width: int | float | None = None
    height: int | float | None = None
    coco_url: str | None = None


class Category(msgspec.Struct, gc=False):
    """An entry of `categories`."""

    id: int
    name: str = ""
    keypoints: list[str] | None = None
    supercategory: Any = None


class Annotation(msgspec.Struct, gc=False):
    """An entry of `annotations`. `segmentation` is a list of polygons or a run-length code."""

    image_id: int | str
    category_id: int
    id: int | str | None = None
    bbox: tuple[float, float, float, float] | None = None
    area: float | None = None
    iscrowd: int | bool | None = None
    segmentation: list[list[float]] | dict[str, Any] | None = None
    keypoints: list[float] | None = None
    num_keypoints: int | None = None


class Document:
    """A file. `flaws` are items that could not be taken; `about` has the image ids of some, by what stands for their line.

    `parts` gives the annotations some thousands at a time, each part with the number of its first; None stands for one that could not be taken. `again` are the ids of images that
    another file annotates as well: their boxes are not taken a second time.
    """

    def __init__(self, images: list[Image], categories: list[Category], text: memoryview, path: str, data: bytes | mmap.mmap = b"") -> None:
        self.images, self.categories = images, categories
        self._text, self._path, self._data = text, path, data
        self.flaws: list[Flaw] = []
        self.about: dict[int, int | str] = {}
        self.again: set[int | str] = set()

    @property
    def has_annotations(self) -> bool:
        """Whether there is one at least."""
        return bool(bytes(self._text[:1000]).strip(b"[] \t\r\n"))

    def parts(self) -> Iterator[tuple[int, Sequence[Annotation | None]]]:
        """The annotations in their order."""
        start = 0

        def decode(text: bytes) -> Sequence[Annotation | None] | None:
            try:
                return _DECODER.decode(text)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                pass
            try:
                entries = json.loads(text.decode("utf-8", "replace"))  # takes NaN and Infinity, which are no JSON
            except ValueError:
                return None
            return [self._one(entry, start + place) for place, entry in enumerate(entries)]

        for found in windows(self._text, decode):
            yield start, found
            start += len(found)
            let_go(self._data)

    def _one(self, entry: Any, number: int) -> Annotation | None:
        if isinstance(entry, dict) and isinstance(entry.get("image_id"), (int, str)):
            self.about[item("annotations", number)] = entry["image_id"]
        taken: Annotation | None = _taken(entry, Annotation, self._path, number, "annotations", self.flaws)
        return taken


class _Typed(msgspec.Struct):
    images: list[Image] = []
    categories: list[Category] = []
    annotations: msgspec.Raw = msgspec.Raw(b"[]")


_DECODER = msgspec.json.Decoder(list[Annotation])


MARKS = b"\xef\xbb\xbf \r\n\t"
"""What may stand before a JSON text."""
_SIGN = re.compile(rb'"(?:images|annotations|categories)"\s*:\s*\[\s*(?:[{\]]|null|\Z)')
_OPENS = re.compile(rb'\[|\{\s*(?:["}]|\Z)')
_RECORDS = re.compile(rb'"(?:image|file_name|score)"\s*:')
"""What entries of a list have that are no annotations of COCO: CreateML's, Detectron2's, results of a model."""
_NAMED = re.compile(r"coco|instances|(?:^|/)_?annotations?\.json$|^annotations/|/annotations/", re.IGNORECASE)


def is_coco(head: bytes, path: str, alone: bool = False) -> bool:
    """Whether the beginning of a JSON file is that of boxes or segments: by its keys, or by the file's name where it does not even begin as JSON."""
    begins = head.lstrip(MARKS)[:1]
    if b'"caption":' in head or b'"segments_info":' in head or (begins == b"[" and _RECORDS.search(head)):
        return False
    if _SIGN.search(head) and (b'"images"' in head or b'"annotations"' in head):
        return True
    return not _OPENS.match(head.lstrip(MARKS)) and (alone or bool(_NAMED.search(path)))


def document(tree: Tree, path: str, flaws: list[Flaw]) -> Document | None:
    """The file's content; None where it does not parse, which `flaws` is told."""
    data = tree.mapped(path)
    typed = raw_list(data, _Typed)
    let_go(data)
    if typed is not None and bytes(memoryview(typed.annotations)[:1]) == b"[":
        for image in typed.images:
            image.file_name = image.file_name or _of_url(image.coco_url)
        if all(image.file_name for image in typed.images):
            return Document(typed.images, typed.categories, memoryview(typed.annotations), path, data)
    return _tolerant(bytes(data), path, flaws)


def _of_url(url: str | None) -> str:
    """`http://images.cocodataset.org/val2017/1.jpg` → `val2017/1.jpg`."""
    return "/".join(url.split("/")[-2:]) if url else ""


def _tolerant(data: bytes, path: str, flaws: list[Flaw]) -> Document | None:
    text = _text(data, path, flaws)
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        flaws.append(Flaw("parse", path, problem.lineno, problem.colno, says=problem.msg))
        return None
    except (RecursionError, ValueError) as problem:  # Python's own limit of digits
        deep = isinstance(problem, RecursionError)
        flaws.append(Flaw("parse", path, says="is nested too deeply to be an annotation" if deep else "holds a number of thousands of digits"))
        return None
    if not isinstance(whole, dict):
        flaws.append(Flaw("parse", path, 1, says=f"is a {type(whole).__name__}, where an object with images and annotations is expected"))
        return None
    texts = {name: _items(whole, name, path, flaws) for name in LISTS}
    for entry in texts["images"]:
        if isinstance(entry, dict) and not entry.get("file_name") and isinstance(entry.get("coco_url"), str):
            entry["file_name"] = _of_url(entry["coco_url"])
    found = Document([], [], memoryview(json.dumps(texts["annotations"]).encode()), path)
    for what, kind, taken in (("images", Image, found.images), ("categories", Category, found.categories)):
        entries = (_taken(entry, kind, path, number, what, found.flaws) for number, entry in enumerate(texts[what]))
        taken.extend(entry for entry in entries if entry is not None)
    return found


def _items(whole: dict[str, Any], what: str, path: str, flaws: list[Flaw]) -> list[Any]:
    """One of LISTS; what stands in its place, or that it is lacking, is a flaw."""
    items = whole.get(what)
    if items is None and what != "categories":
        flaws.append(Flaw("field", path, says=f"has no {what!r}"))
    elif items is not None and not isinstance(items, list):
        flaws.append(Flaw("field", path, says=f"{what!r} is {_brief(items)}, where a list is expected"))
    return items if isinstance(items, list) else []


def _text(data: bytes, path: str, flaws: list[Flaw]) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            flaws.append(Flaw("encoding", path, 1, says=f"begins with a byte-order mark ({name.removesuffix('-sig').upper()})"))
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        flaws.append(Flaw("encoding", path, line, says=f"byte {data[problem.start]:#04x} is not UTF-8"))
        return data.decode("latin-1")


def _taken(entry: Any, kind: Any, path: str, number: int, what: str, flaws: list[Flaw]) -> Any:
    """One item in its type; field by field where it does not fit. Ids that are whole numbers with a point are those numbers."""
    if isinstance(entry, dict):
        entry = {name: int(value) if name in IDS and isinstance(value, float) and value.is_integer() else value for name, value in entry.items()}
    try:
        return msgspec.convert(entry, kind, strict=True)
    except (msgspec.ValidationError, TypeError):
        pass
    if not isinstance(entry, dict):
        flaws.append(Flaw("field", path, item(what, number), says=f"{what}[{number}] is {_brief(entry)}, no object"))
        return None
    fields = {name: value for name, value in entry.items() if name in kind.__struct_fields__}
    needed = kind.__struct_fields__[:2]
    odd = [name for name in fields if not _fits(kind, name, fields[name])]
    flaws += [_misfit(path, item(what, number), name, fields.pop(name)) for name in odd]
    absent = [name for name in needed if name not in entry]
    if absent:
        flaws.append(Flaw("field", path, item(what, number), says=f"{what}[{number}] has no {' and no '.join(absent)}"))
    return msgspec.convert(fields, kind) if all(name in fields for name in needed) else None


def _fits(kind: Any, name: str, value: Any) -> bool:
    hints = msgspec.structs.fields(kind)
    wanted = next(field.type for field in hints if field.name == name)
    try:
        msgspec.convert(value, wanted, strict=True)
    except (msgspec.ValidationError, TypeError):
        return False
    return True


def _misfit(path: str, line: int, name: str, value: Any) -> Flaw:
    """A field that holds another kind of value than it should."""
    if name == "bbox":
        odd = isinstance(value, list) and len(value) != 4
        says = f"a bbox of {len(value)} numbers, where 4 are expected" if odd else f"the bbox {_brief(value)} is not four numbers"
        return Flaw("box-form", path, line, says=says)
    kind = "segment" if name in ("segmentation", "keypoints") else "value"
    return Flaw(kind, path, line, says=f"{name} is {_brief(value)}")


def _brief(value: Any) -> str:
    text = json.dumps(value, default=str) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 50 else text[:47] + "..."
