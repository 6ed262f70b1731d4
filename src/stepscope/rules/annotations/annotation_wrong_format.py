"""Labels are of another format than the one that is read.

Why
---
Each reader counts columns and looks for its own fields. A YOLO file with a sixth column (a confidence, a rotation, a track) or with polygons among
boxes, a list where COCO has an object: what is read is something else, or nothing.

Fix
---
- Open the named file, and count its columns: a YOLO box has five, `class x y width height`; a pose has more, as `kpt_shape` says.
- Convert with a tool that knows both formats, and read ten files back as pictures.
- Give each task (boxes, polygons, poses, rotated boxes) its own folder of labels.

Bad
---
    0 0.51 0.40 0.10 0.22 0.93            # a confidence at the end: a prediction, not a label

Good
----
    0 0.51 0.40 0.10 0.22
"""

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

ANNOTATION_WRONG_FORMAT = Rule("ANN106", Severity.ERROR, stage=Stage.DATA)

_COLUMNS = wording(r"ignoring corrupt image/label: (?P<what>labels require (?P<expects>\d+) columns[^\n]*|[^\n]*label columns[^\n]*)")
_STOPPED = wording(r"no labels|no (?:valid )?images|labels empty|can ?not (?:start )?train", re.IGNORECASE)


@ANNOTATION_WRONG_FORMAT.seen_in
def left_out(failure: Failure, log: Log) -> Witnessed:
    """Every picture is left out for the columns of its label file, until none is left to train on."""
    heard = log.find(_COLUMNS)
    if heard and _STOPPED.search(failure.message):
        yield ANNOTATION_WRONG_FORMAT.found(heard.match["what"], Confidence.LIKELY, stage=Stage.DATA, seen={"then": failure.message[:200]}, said=heard.said)
