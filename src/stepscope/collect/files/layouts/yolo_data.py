"""What a YOLO set says of itself: `data.yaml`, `classes.txt`, lists of images."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from stepscope.collect.files.layouts.listings import Listings, again
from stepscope.collect.files.layouts.yolo_demands import demands
from stepscope.collect.files.layouts.yolo_names import counted, names_in
from stepscope.collect.files.layouts.yolo_places import listed_in, pairs_in, place_of
from stepscope.collect.files.reading import split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

LARGEST = 4_000_000
"""Bytes of a `data.yaml` that are read."""


@dataclass
class Data:
    """Class names, splits, and the shape of key points (how many, numbers of each) where there are any. `lists` are files that list images."""

    names: tuple[str, ...] = ()
    declared: bool = False
    keypoints: tuple[int, int] | None = None
    splits: dict[str, list[str]] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    listings: Listings = field(default_factory=Listings)
    flaws: list[Flaw] = field(default_factory=list)

    def split_of(self, image: str) -> str:
        """The split of an image, as `data.yaml` or its folders tell."""
        if image in self.listed:
            return self.listed[image]
        for split, folders in self.splits.items():
            if any(image.startswith(folder + "/") for folder in folders):
                return split
        return split_of(image)

    @staticmethod
    def looks_like_labels(tree: Tree, text: str) -> bool:
        """Whether a file begins with a class and four shares."""
        parts = tree.read(text, 200).split(b"\n", 1)[0].split()
        try:
            return len(parts) == 5 and parts[0].isdigit() and all(0 <= float(part) <= 1 for part in parts[1:])
        except ValueError:
            return False


def data_of(tree: Tree) -> Data:
    """What the first `data.yaml` of the tree says, else `classes.txt`."""
    data = Data()
    for path in sorted(tree.named(".yaml", ".yml"), key=lambda path: (path.count("/"), path)):
        written = _load(tree, path, data)
        if isinstance(written, dict) and ("names" in written or "nc" in written):
            _take(tree, path, written, data)
            return data
    data.names, flaws = names_in(tree)
    data.flaws += flaws
    data.declared = bool(tree.named("classes.txt", ".names"))
    _darknet(tree, data)
    return data


def _load(tree: Tree, path: str, data: Data) -> Any:
    import yaml

    try:
        return yaml.safe_load(tree.read(path, LARGEST).decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        data.flaws.append(Flaw("encoding", path, says=f"is not UTF-8: {problem.reason}"))
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        says = str(getattr(problem, "problem", "") or type(problem).__name__)
        data.flaws.append(Flaw("parse", path, mark.line + 1 if mark else None, mark.column + 1 if mark else None, says=says))
    return None


def _name(written: object) -> str:
    """A class name as it is written; lists, which YAML can make endless, by their kind alone."""
    return str(written)[:200] if isinstance(written, (str, int, float, bool)) and not (isinstance(written, int) and abs(written) > 10**18) else type(written).__name__


def _take(tree: Tree, path: str, written: dict[Any, Any], data: Data) -> None:
    names = written.get("names")
    if isinstance(names, dict):
        _number(path, names, data)
    elif isinstance(names, list):
        data.names = tuple(map(_name, names))
    data.declared = bool(data.names)
    _count(tree, path, written.get("nc"), data)
    shape = written.get("kpt_shape")
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(number, int) for number in shape):
        data.keypoints = (shape[0], shape[1])
    for key, split in (("train", "train"), ("val", "val"), ("valid", "val"), ("test", "test")):
        told = written.get(key)
        for place in told if isinstance(told, list) else [told]:
            if isinstance(place, str) and place:
                _take_split(tree, path, written, data, (key, split, place))
    data.flaws += _shared(tree, path, written, data)
    data.flaws += demands(path, written, partial(_line_of, tree, path))
    nested = [name for name in (names if isinstance(names, list) else ()) if isinstance(name, (list, dict))]
    if nested:
        data.flaws.append(Flaw("label-value", path, _line_of(tree, path, "names"), says=f"names holds a {type(nested[0]).__name__} where a name is expected"))
    met = Counter(() if nested else data.names)
    data.flaws += [Flaw("class-twice", path, _line_of(tree, path, "names"), says=f"the class {name!r} is named twice") for name in met if met[name] > 1]


def _count(tree: Tree, path: str, count: object, data: Data) -> None:
    """`nc` and the names must tell the same number."""
    if isinstance(count, int) and data.names and count != len(data.names):
        data.flaws.append(Flaw("class-count", path, _line_of(tree, path, "nc"), says=f"nc is {count}, but {len(data.names)} names are given"))
    elif isinstance(count, int) and not data.names and 0 < count < 100_000:
        data.names, data.declared = tuple(map(str, range(count))), True


def _number(path: str, names: dict[Any, Any], data: Data) -> None:
    """Names by number: each from 0 on. A number may be written as a text."""
    names = {int(number) if isinstance(number, str) and number.isdecimal() and len(number) < 9 else number: name for number, name in names.items()}
    numbers = sorted(number for number in names if isinstance(number, int))
    if numbers == list(range(len(names))):
        data.names = tuple(_name(names[number]) for number in numbers)
    else:
        data.flaws.append(Flaw("class-count", path, says=f"the numbers of the classes are not 0 to {len(names) - 1}: {', '.join(map(_name, list(names)[:8]))[:60]}"))
        top = max([number for number in numbers if 0 <= number < 100_000], default=-1)
        data.names = tuple(_name(names.get(number, number)) for number in range(top + 1))


def _take_split(tree: Tree, path: str, written: dict[Any, Any], data: Data, said: tuple[str, str, str]) -> None:
    """A split's folder, or its list of images. That a split for testing is named and not there stops no training."""
    key, split, place = said
    base = written.get("path")
    found = place_of(tree, path, base if isinstance(base, str) else "", place)
    if found is None:
        kind = "missing-test" if split == "test" else "missing"
        data.flaws.append(Flaw(kind, path, _line_of(tree, path, key), says=f"{key}: {place} is not there", split=split))
    elif found in tree.files:
        _listed(tree, found, split, data)
    else:
        data.splits.setdefault(split, []).append(found)


def _shared(tree: Tree, path: str, written: dict[Any, Any], data: Data) -> Iterator[Flaw]:
    """Folders that training and another split both read, as trainers read those within them too. What is compared is what was written: where it was found is a guess for sets that were moved."""
    for own in _places(written.get("train")) if "train" in data.splits else ():
        for key, split in (("val", "val"), ("valid", "val"), ("test", "test")):
            for other in _places(written.get(key)) if split in data.splits else ():
                if os.path.commonpath([own, other]) in (own, other):
                    yield Flaw("leak-folder", path, _line_of(tree, path, key), says=f"{key}: {other[1:] or '.'} and train: {own[1:] or '.'} share their images", split=split)


def _places(told: object) -> list[str]:
    """The folders that an entry names."""
    return [os.path.normpath(os.path.join("/", place.replace("\\", "/"))) for place in (told if isinstance(told, list) else [told]) if isinstance(place, str) and place]


def _listed(tree: Tree, path: str, split: str, data: Data) -> None:
    data.lists.add(path)
    listed, flaws = listed_in(tree, path, split)
    data.flaws += flaws
    data.flaws += data.listings.leaks(listed, split, path)
    data.flaws += again(((image, "", line) for image, line in listed), path)
    data.listed.update((image, split) for image, _ in listed)


def _darknet(tree: Tree, data: Data) -> None:
    """What `obj.data` says: the lists of images and the names."""
    for path in tree.named(".data"):
        written = pairs_in(tree.read(path, 10_000))
        data.flaws += counted(tree, path, written.get("classes", ""), data.names)
        for key, split in (("train", "train"), ("valid", "val"), ("test", "test")):
            found = place_of(tree, path, "", written[key]) if key in written else None
            if found in tree.files and found is not None:
                _listed(tree, found, split_of(found.rpartition("/")[2].replace(".", "/")) or split, data)


def _line_of(tree: Tree, path: str, key: str) -> int | None:
    lines = tree.read(path, LARGEST).decode("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.lstrip().startswith(key)), None)
