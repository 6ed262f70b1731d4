"""WebDataset shards: tar files in which the members of one sample share a name up to its first dot."""

from __future__ import annotations

import io
import json
import tarfile

from stepscope.collect.files.reading import Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree, opened
from stepscope.evidence import Flaw

LABELS = ("cls", "label", "txt", "json")
"""Endings of the members that hold a class; a text is one only where it is a whole number."""
LARGEST = 1_000_000
"""Bytes of a label that are read."""


def read(tree: Tree) -> Reading:
    """Every image in every shard, with the class that stands beside it. Nothing is unpacked to disk."""
    reading = Reading("shards", tree.root)
    labels: dict[str, str] = {}
    for path in tree.named(".tar"):
        _shard(tree, path, reading, labels)
    numbers = sorted(set(labels.values()), key=lambda label: (not label.isdigit(), int(label) if label.isdigit() else 0, label))
    reading.classes = tuple(numbers)
    places = {name: place for place, name in enumerate(numbers)}
    reading.pictures = [each._replace(label=places.get(labels.get(_sample(each.path), ""), -1)) for each in reading.pictures]
    if labels:
        reading.flaws += [Flaw("unlabelled", each.path, says="has no class beside it", image=each.path) for each in reading.pictures if each.label < 0]
    return reading


def _sample(member: str) -> str:
    """`shard.tar/a/0001.jpg` → `shard.tar/a/0001`."""
    folder, _, name = member.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _shard(tree: Tree, path: str, reading: Reading, labels: dict[str, str]) -> None:
    met: set[str] = set()
    last = 0
    try:
        with opened(tree.root, path) as raw, tarfile.open(fileobj=raw, mode="r:") as shard:
            for member in shard:
                last = member.offset_data + member.size
                name = member.name.removeprefix("./")
                if name.startswith("/") or ".." in name.split("/"):
                    reading.flaws.append(Flaw("unsafe", path, says=f"the member {member.name!r} leads out of the shard's folder"))
                    continue
                if not member.isfile():
                    continue
                if f"{path}/{name}" in met:
                    reading.flaws.append(Flaw("listed-twice", path, says=f"the member {name!r} is there twice", image=f"{path}/{name}"))
                met.add(f"{path}/{name}")
                _member(path, name, member, shard, reading, labels)
    except (tarfile.TarError, EOFError) as problem:
        reading.flaws.append(Flaw("parse", path, says=f"is no whole tar file: {problem}"))
    except OSError as problem:
        reading.flaws.append(Flaw("unreadable", path, says=problem.strerror or str(problem)))
    if last > tree.files[path][0]:
        reading.flaws.append(Flaw("parse", path, says=f"ends {last - tree.files[path][0]:,} bytes before its last member does"))


def _member(path: str, name: str, member: tarfile.TarInfo, shard: tarfile.TarFile, reading: Reading, labels: dict[str, str]) -> None:
    if is_image(name):
        reading.pictures.append(Picture(f"{path}/{name}", split_of(f"{path}") or split_of(f"{path.rpartition('/')[2].partition('-')[0]}/x"), -1, (path, member.offset_data, member.size)))
    elif name.rpartition(".")[2].lower() in LABELS and member.size <= LARGEST:
        content = shard.extractfile(member)
        label = _label(content.read() if content is not None else b"", name.rpartition(".")[2].lower())
        if label:
            labels[_sample(f"{path}/{name}")] = label


def _label(data: bytes, ending: str) -> str:
    """The class that a member tells; "" where it tells none."""
    text = data.decode("utf-8", "replace").strip()
    if ending == "json":
        try:
            told = json.load(io.StringIO(text))
        except (ValueError, RecursionError):
            return ""
        found = next((told[name] for name in ("label", "class", "cls", "category") if isinstance(told, dict) and name in told), "")
        return str(found) if isinstance(found, (int, str)) else ""
    return text if text.lstrip("-").isdigit() or (ending in ("cls", "label") and 0 < len(text) < 100) else ""
