"""Label files and pictures as they are read: COCO and Pascal VOC, Ultralytics' text files, OpenCV."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage
from stepscope.rule import Witnessed
from stepscope.rules.annotations.annotation_id_clash import ANNOTATION_ID_CLASH
from stepscope.rules.annotations.annotation_parse import ANNOTATION_PARSE
from stepscope.rules.annotations.annotation_wrong_format import ANNOTATION_WRONG_FORMAT
from stepscope.rules.datasets.missing_file import MISSING_FILE
from stepscope.rules.labels.label_missing import LABEL_MISSING
from stepscope.rules.labels.naming import holds_labels, names_file
from stepscope.rules.sentences import LIKELY, POSSIBLE, in_logs, words_from

_FIELDS = ("annotations", "images", "categories", "bbox", "image_id", "category_id", "segmentation", "iscrowd", "area", "file_name", "id", "info")
_LOOKED_UP = re.compile(r"([\w.]+)\[")

in_logs(ANNOTATION_WRONG_FORMAT, (
    (r"> ?5 label columns: ?(?P<file>[^\n]*)", "a label file has more than 5 columns: {file}"),
    (r"labels require (?P<expects>\d+) columns(?: each)?,? ?(?:(?P<has>\d+) columns detected)?", "labels of {expects} columns are expected, {has} stand there"),
    (r"annotation file format <class '(?P<kind>\w+)'> not supported", "the COCO file holds a {kind} where an object is expected"),
))  # fmt: skip
in_logs(ANNOTATION_ID_CLASH, (
    (r"Encountered category_id=(?P<id>\d+) but this id does not exist in 'categories'", "category_id {id} stands in no category"),
    (r"Results do not correspond to current coco set", "results name images that the annotation file does not have"),
    (r"Annotation ids in '?(?P<file>[^'\n]+?)'? are not unique", "ids of annotations stand twice in {file}"),
))  # fmt: skip


@ANNOTATION_PARSE.seen_in
def lacks(failure: Failure, log: Log) -> Witnessed:
    """A field of COCO, or an element of Pascal VOC, that is not there."""
    line, key = failure.user_frame, (failure.key or "").strip("'\"")
    reading = failure.passes_file("pycocotools/coco.py", "datasets/coco.py")
    if failure.is_a("KeyError") and key in _FIELDS and reading:
        yield ANNOTATION_PARSE.found(f"an entry of the annotation file has no `{key}`", LIKELY, stage=Stage.DATA, seen={"field": key})
    elif failure.is_a("AttributeError") and failure.says("'NoneType' object has no attribute 'text'", "'NoneType' object has no attribute 'find'"):
        if line and re.search(r"\.find\(['\"]", line.code):
            yield ANNOTATION_PARSE.found("an element of the XML file is missing", LIKELY, stage=Stage.DATA, seen={"line": line.code[:200]})


@ANNOTATION_ID_CLASH.seen_in
def unknown_id(failure: Failure, log: Log) -> Witnessed:
    """A number looked up among the ids of a COCO file."""
    key = (failure.key or "").strip("'\"")
    if failure.is_a("KeyError") and key.isdigit() and failure.passes_file("pycocotools/coco.py", "datasets/coco.py", "coco_eval.py", "cocoeval.py"):
        yield ANNOTATION_ID_CLASH.found(f"the id {key} stands in no entry of the annotation file", LIKELY, stage=Stage.DATA, seen={"says": words_from(failure)})


@LABEL_MISSING.seen_in
def no_entry(failure: Failure, log: Log) -> Witnessed:
    """A table of labels that is asked for a sample's file and has none under its name."""
    line, key = failure.user_frame, failure.key or ""
    table = next((each for each in _LOOKED_UP.findall(line.expression or line.code) if holds_labels(each)), "") if line and line.user else ""
    if failure.is_a("KeyError") and names_file(key) and table:
        yield LABEL_MISSING.found(f"`{table}` has no entry for {key[:60]}", LIKELY, stage=Stage.DATA, seen={"line": line.code[:200] if line else "", "looked up": key})


@MISSING_FILE.seen_in
def nothing_read(failure: Failure, log: Log) -> Witnessed:
    """OpenCV was given None: the file was not there, or could not be read."""
    if failure.type == "error" and failure.says("!_src.empty()", "!ssize.empty()", "!src.empty()"):
        yield MISSING_FILE.found(
            "a picture could not be read: its file is not there, or is none", POSSIBLE, stage=Stage.DATA, seen={"says": words_from(failure)},
            fix=("`cv2.imread` gives None for a file that it cannot read: test it, and print the path.",),
        )  # fmt: skip
