"""A tensor that backward needs was changed in place.

Why
---
Autograd keeps the tensors that a gradient is computed from, not copies of them. Where one of them is written over between the forward and
the backward pass, the gradient would be that of other values, so autograd stops. Leaves that require a gradient may
not be changed in place at all while recording is on.

Fix
---
- Write `x = x * 2` instead of `x *= 2`, `x = torch.relu(x)` instead of `relu_` or `inplace=True`.
- Call `optimizer.step()` only after the last `backward` that uses its weights.
- Change parameters by hand under `torch.no_grad()`, never by `weight -= ...` alone.
- `torch.autograd.set_detect_anomaly(True)` names the operation of the forward pass whose result was changed.

Bad
---
    gate = torch.sigmoid(x)
    gate *= 2                     # the backward of sigmoid needs the old values

Good
----
    gate = torch.sigmoid(x)
    gate = gate * 2
"""

import re

from stepscope.evidence import Failure, Moment, Stage, Written, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

INPLACE_MODIFICATION = Rule("GRD104", Severity.ERROR, stage=Stage.BACKWARD, yields_to=("index-out-of-range",))

_CHANGED = wording(
    r"modified by an inplace operation: \[(?P<tensor>[^\]]*\])\](?:, which is (?P<of>output \d+ of \w+),)?"
    r" is at version (?P<now>\d+); expected version (?P<then>\d+)"
)
_FORMS = {
    "a leaf Variable that requires grad": "a leaf that requires a gradient is changed in place",
    "a view of a leaf Variable that requires grad": "a view of a leaf that requires a gradient is changed in place",
    "is a view and is being modified inplace": "a view that may not be changed in place is changed",
    "and its base or another view of its base has been modified inplace": "the base of a view was changed in place",
    "and is being modified inplace": "a view made without recording is changed while recording",
    "one of the variables needed for gradient computation has been modified": "a tensor that backward needs was changed in place",
    "Inplace update to inference tensor outside InferenceMode": "a tensor made in inference mode is changed in place",
    "leaf variable has been moved into the graph interior": "a leaf was changed in place",
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory": (
        "a tensor is written to whose elements share memory"
    ),
    "a leaf Variable that requires grad has been used in an in-place operation": "a leaf that requires a gradient is changed in place",
}


_OF_OPTIMIZER = (
    "Call `optimizer.step()` only after the last `backward` that uses its weights.",
    "Or compute what the later `backward` needs after the step, with the weights as they are then.",
)
_OF_LEAVES = (
    "Change parameters by hand under `with torch.no_grad():`, or fill them with `torch.nn.init`, which does so.",
    "An input that is to keep its gradient is not written into: `y = x * 2` in place of `x *= 2`, or work on `x.clone()`.",
)


@INPLACE_MODIFICATION.seen_in
def written(failure: Failure, written: Written) -> Witnessed:
    found = _CHANGED.search(failure.message)
    if not found or not written.lines:
        return
    first = written.lines[0] if len(written.lines) == 1 or written.optimizer else None
    yield INPLACE_MODIFICATION.found(
        "the optimizer moved weights that a later backward needs" if written.optimizer else _headline(found),
        stage=Stage.BACKWARD,
        line=first,
        about="the tensor is changed here" if first else "",
        seen={
            "tensor": found["tensor"] + (f", {found['of']}" if found["of"] else ""),
            "changed": f"version {found['now']} where version {found['then']} was kept",
            "changes in place at": "; ".join(f"{line.file}:{line.line}" for line in written.lines[:5]),
        },
        instead=_OF_OPTIMIZER if written.optimizer else (),
    )


@INPLACE_MODIFICATION.seen_in
def leaf(failure: Failure, moment: Moment) -> Witnessed:
    """A leaf is refused where it is written to, which need not be in a step."""
    form = _form(failure)
    if "leaf" in form:
        stage = moment.stage or moment.around or Stage.SETUP
        yield INPLACE_MODIFICATION.found(form, stage=stage, seen={"says": failure.message[:300]}, instead=_OF_LEAVES)


@INPLACE_MODIFICATION.seen_in
def words(failure: Failure) -> Witnessed:
    found, form = _CHANGED.search(failure.message), _form(failure)
    if form:
        yield INPLACE_MODIFICATION.found(
            _headline(found) if found else form,
            Confidence.CERTAIN if found else Confidence.LIKELY,
            seen={"tensor": found["tensor"] if found else "", "says": "" if found else failure.message[:300]},
        )


def _form(failure: Failure) -> str:
    """What was changed, by autograd's words; empty where these are about something else."""
    return next((form for words, form in _FORMS.items() if failure.is_a("RuntimeError") and words in failure.message), "")


def _headline(found: re.Match[str]) -> str:
    of = (found["of"] or "").rpartition(" ")[2]
    return f"a tensor that backward needs was changed in place: {of or found['tensor']}"
