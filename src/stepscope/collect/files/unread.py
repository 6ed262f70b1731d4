"""Annotations of formats that are known and not read: what is seen is said, not dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stepscope.collect.files.layouts.coco_json import is_coco
from stepscope.collect.files.tree import Tree, shown
from stepscope.evidence import Flaw

PEEK = 65536
"""Bytes of a file that are looked at."""
GROUPS = 100
"""Folders, with an ending each, of which files are looked at."""
OF_EACH = 20
"""Files that are looked at in each."""
_ADVICE = "; as COCO, Pascal VOC or YOLO it can be checked"
_ENDINGS = {".tfrecord": "TFRecord", ".tfrecords": "TFRecord", ".mdb": "LMDB", ".mat": "MATLAB"}
OTHER = "JSON of another form than COCO's"
_NAMED = re.compile(r"(?:annot|instances|ground_?truth|bbox|boxes)[^/]*\.json$|(?:^|/)labels?\.json$|(?:^|/)(?:train|val|test)\.json$", re.IGNORECASE)
_NUMBER = rb"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_SIGNS: dict[str, tuple[tuple[str, tuple[bytes, ...]], ...]] = {
    ".json": (
        ("labelme JSON", (rb'"shapes"\s*:', rb'"(?:shape_type|imagePath|imageData)"\s*:')),
        ("VIA JSON", (rb'"regions"\s*:', rb'"shape_attributes"\s*:')),
        ("CreateML JSON", (rb"^\s*\[", rb'"coordinates"\s*:', rb'"label"\s*:')),
        ("Detectron2 JSON", (rb"^\s*\[", rb'"file_name"\s*:', rb'"(?:bbox_mode|annotations)"\s*:')),
        ("Label Studio JSON", (rb'"from_name"\s*:', rb'"to_name"\s*:')),
        ("Supervisely JSON", (rb'"objects"\s*:', rb'"(?:classTitle|geometryType)"\s*:')),
        ("Cityscapes JSON", (rb'"imgHeight"\s*:', rb'"objects"\s*:')),
        ("COCO results JSON", (rb"^\s*\[", rb'"image_id"\s*:', rb'"score"\s*:')),
        ("BDD100K JSON", (rb'"labels"\s*:', rb'"box2d"\s*:')),
        ("FiftyOne classification JSON", (rb'^\s*\{\s*"classes"\s*:\s*\[', rb'"labels"\s*:\s*\{')),
        ("COCO panoptic JSON", (rb'"segments_info"\s*:',)),
        ("COCO captions", (rb'"annotations"\s*:', rb'"caption"\s*:')),
    ),
    ".jsonl": (("metadata of Hugging Face", (rb'^\s*\{[^\n]*"file_name"\s*:',)),),
    ".xml": (("CVAT XML", (rb"<annotations[\s>]",)),),
    ".csv": (("VIA CSV", (rb"^[^\n]*region_shape_attributes",)),),
    ".txt": (
        ("DOTA text", (rb"(?m)\A(?:imagesource:[^\n]*\s+)?(?:gsd:[^\n]*\s+)?(?:" + _NUMBER + rb"\s+){8}[^\W\d][\w-]*\s+[012]\s*$",)),
        ("keras-yolo3 text", (rb"(?im)\A\S[^\n]*\.(?:jpe?g|png|bmp)(?: \d+,\d+,\d+,\d+,\d+)+\s*$",)),
        ("KITTI text", (rb"(?m)\A[A-Za-z_]+(?:\s+" + _NUMBER + rb"){14,15}\s*$",)),
    ),
}


def unread_in(tree: Tree, layouts: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each format that is known and not read, with the first file of it. Text files are YOLO's where that is one of the layouts."""
    met: set[str] = set()
    for path in _firsts(tree):
        name = kind_of(tree, path)
        if name and name not in met and not (name.endswith(" text") and "yolo" in layouts):
            met.add(name)
            yield name, path


def kind_of(tree: Tree, path: str) -> str:
    """The format of a file, "" where it is none of these."""
    ending = "." + path.rpartition(".")[2].lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    try:
        head = tree.read(path, PEEK) if ending in _SIGNS else b""
    except OSError:
        return ""
    found = next((name for name, signs in _SIGNS.get(ending, ()) if all(re.search(sign, head) for sign in signs)), "")
    return found or (OTHER if ending == ".json" and _NAMED.search(path) and head.strip()[:1] in (b"{", b"[") and not is_coco(head, path) else "")


def said_of(found: Sequence[tuple[str, str]]) -> list[str]:
    """What `unread_in` gave in words, for the notes of a report."""
    text = "not read: " + ", ".join(f"{name} ({shown(path)})" for name, path in found) + advice_on(*(name for name, _ in found))
    return [text] if found else []


def is_told(flaw: Flaw, found: Sequence[tuple[str, str]]) -> bool:
    """Whether a file that belongs to no sample is of a format that `unread_in` gave: it is not told twice. Files of one ending are taken for alike."""
    return flaw.kind == "stray" and any(flaw.file.rpartition(".")[2] == path.rpartition(".")[2] for _, path in found)


def advice_on(*names: str) -> str:
    """What can be done with boxes and outlines in these formats; "" where none holds such."""
    return _ADVICE if any(not name.startswith(("COCO", "metadata")) and name not in _ENDINGS.values() for name in names) else ""


def _firsts(tree: Tree) -> list[str]:
    """The first files of each ending in each folder."""
    firsts: dict[tuple[str, str], list[str]] = {}
    for path in tree.named(*_SIGNS, *_ENDINGS):
        group = firsts.setdefault((path.rpartition("/")[0], path.rpartition(".")[2].lower()), [])
        if len(group) < OF_EACH:
            group.append(path)
    return [path for group in list(firsts.values())[:GROUPS] for path in group]
