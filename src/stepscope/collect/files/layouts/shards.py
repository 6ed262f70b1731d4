"""WebDataset shards: tar files in which the members of one sample share a name up to its first dot."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from stepscope.collect.files.reading import Picture, Reading, is_image, split_in, split_of
from stepscope.collect.files.tree import Tree, opened
from stepscope.evidence import Flaw

LABELS = ("cls", "label", "txt", "json")
"""Endings of the members that hold a class; a text is one only where it is a whole number."""
WORDS = 0.1
"""The share of samples with a word for their class, among those with whole numbers, up to which the words are mistakes."""
PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh")
"""How gzip, xz, Zstandard and bzip2 begin: readers of shards look at that, not at the name."""
LARGEST = 1_000_000
"""Bytes of a label that are read."""


def read(tree: Tree) -> Reading:
    """Every image in every shard, with the class that stands beside it. Nothing is unpacked to disk."""
    reading = Reading("shards", tree.root)
    labels: dict[str, str] = {}
    whole: set[str] = set()
    shards = tree.named(".tar")
    packed = [path for path in shards if tree.read(path, 6).startswith(PACKED)]
    for path in shards:
        if path not in packed:
            _shard(tree, path, reading, labels, whole)
    _part(reading)
    packed += tree.named(".tar.gz", ".tgz", ".tar.xz", ".tar.zst")
    reading.flaws += [Flaw("stray", path, says="is a compressed shard, which is not read") for path in packed]
    odd = _odd(labels)
    known = {*odd, *(_sample(flaw.image) for flaw in reading.flaws if flaw.kind == "parse" and flaw.image)}
    reading.flaws += [Flaw("label-value", *_of(key, f"has the class {labels.pop(key)!r}, no whole number")) for key in odd]
    if reading.pictures:
        reading.flaws += [Flaw("no-image", *_of(key, "has a class and no image")) for key in labels if key not in whole]
    numbers = sorted(set(labels.values()), key=lambda label: (not label.isdigit(), int(label) if label.isdigit() else 0, label))
    reading.classes = tuple(numbers)
    places = {name: place for place, name in enumerate(numbers)}
    reading.pictures = [each._replace(label=places.get(labels.get(_sample(each.path), ""), -1)) for each in reading.pictures]
    if labels:
        reading.flaws += [Flaw("unlabelled", each.path, says="has no class beside it", image=each.path) for each in reading.pictures if each.label < 0 and _sample(each.path) not in known]
    return reading


def _part(reading: Reading) -> None:
    """Where samples mostly have several images each, one of them is the sample, a photo if there is one; the others (masks, targets) are looked at for damage alone."""
    members: dict[str, list[Picture]] = {}
    for each in reading.pictures:
        members.setdefault(_sample(each.path), []).append(each)
    if 2 * sum(len(each) > 1 for each in members.values()) > len(members):
        reading.pictures = [min(each, key=lambda picture: not picture.path.lower().endswith((".jpg", ".jpeg", ".webp"))) for each in members.values()]
        own = {each.path for each in reading.pictures}
        reading.masks = [each for every in members.values() for each in every if each.path not in own]


def _odd(labels: dict[str, str]) -> list[str]:
    """The samples whose class is a word, where nearly all others are whole numbers."""
    words = [key for key, label in labels.items() if not label.lstrip("-").isdigit()]
    return words if len(words) < WORDS * len(labels) else []


def _of(sample: str, says: str) -> tuple[str, None, None, str, str]:
    """The place of a sample, as a flaw takes it."""
    shard = sample[: sample.index(".tar/") + 4]
    return shard, None, None, f"{sample[len(shard) + 1 :]} {says}", sample


def _sample(member: str) -> str:
    """`shard.tar/a/0001.jpg` → `shard.tar/a/0001`."""
    folder, _, name = member.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _shard(tree: Tree, path: str, reading: Reading, labels: dict[str, str], whole: set[str]) -> None:
    met: dict[str, None] = {}
    last = 0
    try:
        with opened(tree.root, path) as raw, tarfile.open(fileobj=raw, mode="r:") as shard:
            for member in shard:
                last = member.offset_data + member.size
                name = member.name.removeprefix("./")
                if _is_data(path, name, member, reading):
                    if name.rpartition(".")[2].lower() not in LABELS:
                        whole.add(_sample(f"{path}/{name}"))
                    if f"{path}/{name}" in met:
                        reading.flaws.append(Flaw("listed-twice", path, says=f"the member {name!r} is there twice", image=f"{path}/{name}"))
                    met[f"{path}/{name}"] = None
                    _member(path, name, member, shard, reading, labels)
    except (tarfile.TarError, EOFError) as problem:
        reading.flaws.append(Flaw("parse", path, says=f"is no whole tar file: {problem}"))
    except OSError as problem:
        reading.flaws.append(Flaw("unreadable", path, says=problem.strerror or str(problem)))
    if last > tree.files[path][0]:
        reading.flaws.append(Flaw("parse", path, says=f"ends {last - tree.files[path][0]:,} bytes before its last member does"))
    reading.flaws += _scattered(path, met)


def _scattered(path: str, members: Iterable[str]) -> list[Flaw]:
    """Samples whose members do not stand side by side: readers begin a sample with each new name (webdataset's `group_by_keys`), and give such a one in parts."""
    parts = Counter(sample for sample, _ in groupby(map(_sample, members)))
    return [Flaw("listed-twice", path, says=f"the members of {sample[len(path) + 1 :]!r} stand in {count} places", image=sample) for sample, count in parts.items() if count > 1]


def _is_data(path: str, name: str, member: tarfile.TarInfo, reading: Reading) -> bool:
    """Whether a member is a file within the shard's folder; what pretends to be is a flaw."""
    if name.startswith("/") or ".." in name.split("/"):
        reading.flaws.append(Flaw("unsafe", path, says=f"the member {member.name!r} leads out of the shard's folder"))
        return False
    if not member.isfile() and is_image(name):
        reading.flaws.append(Flaw("unreadable", path, says=f"{name!r} is a link or device, which readers leave out", image=f"{path}/{name}"))
    return member.isfile()


def _member(path: str, name: str, member: tarfile.TarInfo, shard: tarfile.TarFile, reading: Reading, labels: dict[str, str]) -> None:
    if is_image(name):
        reading.pictures.append(Picture(f"{path}/{name}", split_of(path) or split_in(path.rpartition("/")[2]), -1, (path, member.offset_data, member.size)))
    elif name.rpartition(".")[2].lower() in LABELS and member.size <= LARGEST:
        content = shard.extractfile(member)
        data = content.read() if content is not None else b""
        label = _label(data, name.rpartition(".")[2].lower())
        if label:
            labels[_sample(f"{path}/{name}")] = label
        elif name.lower().endswith(".json") and not _parses(data):
            reading.flaws.append(Flaw("parse", path, says=f"the member {name!r} is no whole JSON", image=f"{path}/{name}"))


def _parses(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


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
