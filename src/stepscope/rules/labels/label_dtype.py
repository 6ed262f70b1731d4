"""The labels are of another element type than the loss takes: float for integer, integer for float, text for number.

Why
---
Cross-entropy reads labels as indices and wants int64; binary and regression losses compute with them and want floats. Labels that came
from a table, from numpy or from folder names have the type of their source.

Fix
---
- For cross-entropy, class indices: `y = y.long()`.
- For binary cross-entropy and regression: `y = y.float()`.
- Turn names into numbers once, in the data set: `self.classes.index(name)`.

Bad
---
    y = torch.tensor([0.0, 2.0, 1.0])
    F.cross_entropy(scores, y)

Good
----
    y = torch.tensor([0, 2, 1])
    F.cross_entropy(scores, y)
"""

import re

from stepscope.evidence import Call, Failure, Flaws, Labels, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.losses.meeting import DTYPE, INDEXED, apart, whole

LABEL_DTYPE = Rule("LBL102", Severity.ERROR, stage=Stage.LOSS, yields_to=("loss-unsuited", "loss-label-format"))

_TYPES = wording(r"scalar type|dtype|not implemented for|can't be cast|type of target|floating point type", re.IGNORECASE)
_NOT_TENSOR = wording(r"argument 'target' \(position \d\) must be Tensor, not (?P<type>tuple|list|str|int|float|numpy\.\w+|ndarray)")
_TEXT = wording(r"too many dimensions 'str'|invalid data type 'str'|can't convert np\.ndarray of type numpy\.(?:str_|bytes_)")
_WANTED = wording(r"(?:[Ee]xpected (?:object of )?scalar type Long but (?:found|got)(?: scalar type)?|[Ee]xpected target dtype to be Long(?: or Byte)?,? but got) (?P<type>\w+)")
_LOSS_KERNELS = wording(r"\"(?:nll_loss|multi_margin|cross_entropy)\w*\" not implemented for '(?P<type>\w+)'")


@LABEL_DTYPE.seen_in
def loss(failure: Failure, call: Call, labels: Labels) -> Witnessed:
    """The labels of a loss of PyTorch, beside the type that it takes."""
    met = apart(call, DTYPE)
    if met is None or not _TYPES.search(failure.message):
        return
    target, wants = met[1], "int64" if call.function in INDEXED else "float32"
    if wants == "int64" and not target.integral and not whole(target):
        return
    yield LABEL_DTYPE.found(
        f"labels are {target.dtype}, {call.function} takes {wants}",
        seen={"labels": f"`{labels.name}`, {target}", "scores": met[0], "says": failure.message[:200]},
        fix=(f"Convert the labels: `{labels.name}.{'long' if wants == 'int64' else 'float'}()`.",),
    )


@LABEL_DTYPE.seen_in
def not_a_tensor(failure: Failure) -> Witnessed:
    found = _NOT_TENSOR.search(failure.message)
    if found:
        yield LABEL_DTYPE.found(
            f"the labels are a {found['type']}, the loss takes a tensor of numbers",
            seen={"says": failure.message[:200]},
            fix=("A tuple or list of texts comes from a data set that returns names: return their numbers.",),
        )


@LABEL_DTYPE.seen_in
def text(failure: Failure, moment: Moment) -> Witnessed:
    """Names where numbers are needed."""
    line = failure.user_frame
    if any(_TEXT.search(one.message) for one in (failure, *failure.causes)) and line is not None:
        of_labels = re.search(r"label|target|class|\by\b|\by_|categor|name", line.code, re.IGNORECASE)
        yield LABEL_DTYPE.found(
            "labels are text where numbers are needed" if of_labels else "text stands where numbers are needed",
            Confidence.LIKELY if of_labels else Confidence.POSSIBLE,
            seen={"says": failure.message[:200], "line": line.code},
        )


@LABEL_DTYPE.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    found, wanted = _LOSS_KERNELS.search(failure.message), _WANTED.search(failure.message)
    if not found and wanted and (moment.stage is Stage.LOSS or "target" in wanted[0]):
        found = wanted
    if found:
        yield LABEL_DTYPE.found(f"labels are {found['type']}, the loss takes int64", Confidence.LIKELY, seen={"says": failure.message[:200]})


@LABEL_DTYPE.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: their labels are not all of one kind."""
    found = flaws.of("label-kind")
    if found:
        yield LABEL_DTYPE.found(f"{shown(found[0].file)} {found[0].says}", Confidence.LIKELY, stage=Stage.DATA, places=at_flaws(found))
