"""Whether a name in the source, a key or a path speaks of labels."""

from __future__ import annotations

import re
from pathlib import PurePath

from stepscope.evidence import wording

_FILED = {
    "label", "labels", "mask", "masks", "annotation", "annotations", "annot", "annots", "ann", "anns", "gt", "groundtruth",
    "segmentation", "segmentations", "seg",
}  # fmt: skip
"""Words by which folders and files of labels go. A folder `target` or `class_3` may as well hold pictures."""
_LABELS = _FILED | {"target", "targets", "class", "classes", "category", "categories", "y", "ys", "truth", "bbox", "bboxes", "box", "boxes", "tag", "tags"}
_DRAWN = {
    "keypoint", "keypoints", "kp", "kps", "kpts", "polygon", "polygons", "poly", "polys", "rect", "rects", "bb", "bbs", "object", "objects", "objs",
    "coord", "coords", "rows", "instances", "contours",
}  # fmt: skip
"""Words for what is drawn into a picture, or for the lines that tell of it: of these a sample may have none."""
_PICTURES = {"image", "images", "img", "imgs", "picture", "pictures", "photo", "photos", "frame", "frames", "rgb"}
_ABOUT = {
    "size", "shape", "num", "count", "counts", "weight", "weights", "transform", "transforms", "smoothing", "mean", "std", "mode", "color", "colors", "palette",
}  # fmt: skip
"""Words that make a setting of a label."""
_CODES = {"to", "2", "map", "mapping", "idx", "index", "id", "ids", "name", "names", "encoder", "encoding", "vocab"}
"""Words that make a table of class names, or of numbers for them."""
_WORD = wording(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LAST = wording(r"(?:\[['\"](\w+)['\"]\]|(\w+))$")
_ASSIGNED = wording(r"\s*(\w+)\s*=(?!=)")
_FILE = wording(r"[^\\/.]\.(?:jpe?g|png|bmp|gif|tiff?|webp|npy|npz|wav|flac|mp3|ogg|mp4|avi|nii(?:\.gz)?|dcm|txt|xml|json)$", re.IGNORECASE)
_TABLES = (".csv", ".tsv", ".json", ".jsonl", ".txt", ".xml", ".yaml", ".yml", ".parquet", ".xlsx", ".pkl", ".db")


def is_label(key: str) -> bool:
    """Whether a field of this name holds a sample's label: `mask`, `class_id`, `bbox`; not `label_smoothing`."""
    words = _words(key)
    return bool(words & _LABELS) and not words & _ABOUT


def is_annotation(name: str) -> bool:
    """Whether what goes by this name is drawn into a picture, or a label of it: `gt_boxes`, `polys`; not `lengths` or `channels`."""
    return is_label(name) or bool(_words(name) & _DRAWN)


def holds_labels(name: str) -> bool:
    """Whether a table of this name has the labels of the samples: `self.labels`, `tables["masks"]`; not `class_to_idx`."""
    found = _LAST.search(name)
    last = (found[1] or found[2]) if found else ""
    return is_label(last) and not _words(last) & _CODES


def is_label_file(path: str, line: str = "") -> bool:
    """Whether the file is one sample's label, by the nearest part of its path that tells, or else by the name that the line gives what it reads."""
    parts = PurePath(path.replace("\\", "/"))
    if _words(parts.stem) <= _FILED and parts.suffix.lower() in _TABLES:
        return False
    for part in (parts.stem, *parts.parts[-2::-1]):
        words = _words(part)
        if words & (_FILED | _PICTURES):
            return bool(words & _FILED)
    given = _ASSIGNED.match(line)
    return given is not None and is_label(given[1])


def names_file(key: str) -> bool:
    """Whether a key is a sample's file, `'images/0007.jpg'`, and so no class."""
    return _FILE.search(key.strip("'\"")) is not None


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
