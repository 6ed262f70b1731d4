"""COCO files rewritten in their bytes: items that are right stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from stepscope.collect.files.layouts import coco
from stepscope.collect.files.layouts.coco_lines import LISTS
from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.repair.annotations import Rewriting
from stepscope.collect.files.repair.corners import number
from stepscope.collect.files.repair.json_items import Item, items_of, written

_FIELD = {name: re.compile(rb'"' + name.encode() + rb'"\s*:\s*(' + form + rb")") for name, form in (
    ("bbox", rb"\[[^\[\]]*\]"), ("area", rb"-?[\d.eE+-]+"), ("category_id", rb"-?\d+"), ("id", rb"-?\d+"), ("file_name", rb'"(?:[^"\\]|\\.)*"'),
)}  # fmt: skip


def rewrite(task: Rewriting) -> None:
    """Every COCO file of the tree."""
    finder = Finder(task.tree)
    for path in task.tree.named(".json"):
        before = task.tree.read(path)
        try:
            items = items_of(before, LISTS)
        except (ValueError, RecursionError):
            continue
        task.change(path, before, written(before, items, _File(path, task, finder, items).changes()))


class _File:
    """One file: the path of each image by its id, and the new bytes of items (None: taken out)."""

    def __init__(self, path: str, task: Rewriting, finder: Finder, items: dict[str, list[Item]]) -> None:
        self._task, self._items = task, items
        split = coco.split_told(path)
        self._paths: dict[Any, str] = {}
        for item in items["images"]:
            name = item.value.get("file_name")
            if isinstance(name, str) and isinstance(item.value.get("id"), (int, str)):
                self._paths.setdefault(item.value["id"], finder.find(name, split) or name)
        self._met: set[Any] = set()

    def changes(self) -> Iterator[tuple[Item, bytes | None]]:
        """Every item with its new bytes."""
        self._task.refuse_joining({item.value["id"] for item in self._items["categories"] if isinstance(item.value.get("id"), int)})
        for item in self._items["images"]:
            yield item, self._image(item)
        for item in self._items["categories"]:
            yield item, self._numbered(item.text, item, "id")
        for item in self._items["annotations"]:
            yield item, self._annotation(item)

    def _of(self, item: Item, key: str) -> str:
        given = item.value.get(key)
        return self._paths.get(given, "") if isinstance(given, (int, str)) else ""

    def _image(self, item: Item) -> bytes | None:
        plan, path = self._task.plan, self._of(item, "id")
        if path in plan.dropped:
            return None
        if path not in plan.renamed:
            return item.text
        name = item.value["file_name"]
        new = name[: len(name) - len(path.rpartition("/")[2])] + plan.renamed[path].rpartition("/")[2]
        return _put(item.text, "file_name", json.dumps(new).encode())

    def _numbered(self, text: bytes, item: Item, key: str) -> bytes:
        old = item.value.get(key)
        if not isinstance(old, int) or old not in self._task.wanted.renumber:
            return text
        return _put(text, key, str(self._task.label(old) if key != "id" else self._task.wanted.renumber[old]).encode())

    def _annotation(self, item: Item) -> bytes | None:
        task, path = self._task, self._of(item, "image_id")
        if path in task.plan.dropped:
            return None
        box = item.value.get("bbox")
        text = self._numbered(item.text, item, "category_id")
        if not (isinstance(box, list) and len(box) == 4 and all(isinstance(side, (int, float)) for side in box)):
            return text
        left, top, width, height = map(float, box)
        found = task.box((left, top, left + width, top + height), path)
        task.plan.done.update(found.deeds)
        if found.corners is None:
            return None
        text = _boxed(text, item, found.corners) if found.deeds else text
        return self._unless_said(text) if task.mends else text

    def _unless_said(self, text: bytes) -> bytes | None:
        """The annotation, unless one before says the same of the same image, whatever its id."""
        key = json.dumps({name: value for name, value in json.loads(text).items() if name != "id"}, sort_keys=True)
        if key in self._met:
            self._task.plan.done["double"] += 1
            return None
        self._met.add(key)
        return text


def _boxed(text: bytes, item: Item, corners: tuple[float, float, float, float]) -> bytes:
    """The new box, and the area with it where that was the box's own."""
    left, top, right, bottom = corners
    _, _, width, height = map(float, item.value["bbox"])
    text = _put(text, "bbox", f"[{', '.join(map(number, (left, top, right - left, bottom - top)))}]".encode())
    area = item.value.get("area")
    if isinstance(area, (int, float)) and abs(area - abs(width * height)) <= 0.01 * abs(area) + 0.01:
        text = _put(text, "area", number((right - left) * (bottom - top)).encode())
    return text


def _put(text: bytes, name: str, value: bytes) -> bytes:
    """The item with another value of one of its fields."""
    found = _FIELD[name].search(text)
    return text if found is None else text[: found.start(1)] + value + text[found.end(1) :]
