"""A picture without a single box: its array has no second axis, and nothing can be chosen from it."""

from __future__ import annotations

from collections.abc import Iterable

from stepscope.evidence import Empty, Failure, Stage
from stepscope.finding import Confidence
from stepscope.rule import Witnessed
from stepscope.rules.augment.augmentation_failure import AUGMENTATION_FAILURE, name_of, transform_of
from stepscope.rules.datasets.empty_dataset import OF_NOTHING
from stepscope.rules.labels.label_missing import LABEL_MISSING
from stepscope.rules.labels.naming import is_annotation

_FLAT = ("too many indices for tensor of dimension 1", "too many indices for array: array is 1-dimensional")


_LEAVE_OUT = "Or leave samples without annotations out when the list of samples is made."
_CROPPED = (
    "A crop may leave no object, and a picture may have none: let the crop be chosen anew until one is left, or the transform hand on what is empty.",
    _LEAVE_OUT,
)


@LABEL_MISSING.seen_in
def nothing(failure: Failure, empty: Empty) -> Witnessed:
    """An array made of an empty list has no second axis: a picture without a single box."""
    name = _boxes(empty.in_expression)
    if name and failure.is_a("IndexError") and failure.loads_a_sample and failure.says(*_FLAT):
        yield LABEL_MISSING.found(
            f"`{name}` of a sample is empty, of shape (0,): nothing is annotated in it",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": failure.message[:200], "empty": ", ".join(name for name, _ in empty.things)},
            instead=(f"Give it its axes where it is made, whatever it holds: `{name}.reshape(-1, 4)`.", _LEAVE_OUT),
        )


@LABEL_MISSING.seen_in
def chosen(failure: Failure, empty: Empty) -> Witnessed:
    """The largest of no boxes, one of no labels."""
    name = _chosen_from(failure, empty)
    if name and transform_of(failure) is None:
        yield LABEL_MISSING.found(
            f"`{name}` of a sample is empty: nothing is annotated in it", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:200]},
            instead=(f"Look at the named sample, and pass over what is done with `{name}` where there is none.", _LEAVE_OUT),
        )  # fmt: skip


@AUGMENTATION_FAILURE.seen_in
def left_none(failure: Failure, empty: Empty) -> Witnessed:
    """The same in a transform: one before it may have taken them away."""
    frame, name = transform_of(failure), _chosen_from(failure, empty)
    if frame is not None and name:
        yield AUGMENTATION_FAILURE.found(
            f"`{name_of(frame)}` is given nothing: `{name}` is empty", stage=Stage.AUGMENT, seen={"says": failure.message[:200]}, instead=_CROPPED
        )


def _chosen_from(failure: Failure, empty: Empty) -> str | None:
    """The boxes or labels of the sample that is being loaded, where the failing expression asks something of nothing."""
    asks = failure.passes("__getitem__", "__getitems__") and empty.in_expression and failure.says(*OF_NOTHING)
    return _boxes([*empty.in_expression, *(name for name, _ in empty.things)]) if asks else None


def _boxes(names: Iterable[str]) -> str | None:
    return next((name for name in names if is_annotation(name)), None)
