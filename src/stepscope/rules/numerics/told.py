"""What a finding says of a step that was not finite: its operator, what went in, how faithful the repeat was."""

from __future__ import annotations

import math

from stepscope.evidence import Course, Frame, NonFinite, Tensor
from stepscope.finding import Confidence

_USUAL = {"SGD": 0.5, "LBFGS": 2.0, "Adadelta": 2.0, "Adagrad": 0.5, "Rprop": 0.5, "ASGD": 0.5, "Adafactor": 0.1}
_USUAL_ADAPTIVE = 0.02


def kind(step: NonFinite) -> str:
    """What the loss or gradient is: "NaN" or "infinity"."""
    return "NaN" if step.kind == "nan" else "infinity"


def made(step: NonFinite) -> str:
    """What the operator made: "NaN" or "infinity"."""
    return kind(step) if step.output is None else "NaN" if step.output.nan else "infinity"


def diverged(course: Course) -> bool:
    """Whether the training had grown out of bounds before the step: its loss, or its weights."""
    return course.diverged


def ran_away(course: Course) -> bool:
    """Whether the training diverged, and no sweep of the learning rate was to make it so."""
    return course.diverged and not course.swept


def lr_is_infinite(course: Course) -> bool:
    """Whether a schedule has made the learning rate NaN or infinite."""
    return course.lr is not None and not math.isfinite(course.lr)


def lr_is_large(course: Course) -> bool:
    """Whether the learning rate is far above what is usual for its optimizer."""
    return lr_is_infinite(course) or (course.lr is not None and course.lr > _USUAL.get(course.optimizer, _USUAL_ADAPTIVE))


def confidence(step: NonFinite) -> Confidence:
    """A repeat that came out bit for bit leaves no doubt about the operator."""
    return {"exact": Confidence.CERTAIN, "near": Confidence.LIKELY, "other": Confidence.POSSIBLE}.get(step.repeat, Confidence.POSSIBLE)


def facts(step: NonFinite) -> dict[str, str]:
    """The facts of the step, in the order to be read."""
    rows = f"row {_listed(step.rows)} (of {step.rows_of})" if step.rows and step.rows_of else ""
    return {
        "operator": f"`{step.operator}`" if step.operator else "",
        **_operands(step),
        "came out": told(step.output) if step.output is not None else "",
        "not finite in": rows,
        "in the loop": ", ".join(step.turn),
        "drawn from": at(step.drawn_from) if step.drawn_from is not None else "",
        "its gradients": "finite all the same: the weights are spared, what the loss is logged or averaged in is not" if step.spared else "",
        "left behind": f"`{step.left_behind}` is not finite: the update was left out, not what the forward pass has averaged, and evaluation divides by it" if step.left_behind else "",
        "repeated": "; ".join(filter(None, (_REPEATS.get(step.repeat, ""), step.why))),
    }


def _operands(step: NonFinite) -> dict[str, str]:
    """What went in: the first two; of a batch norm the variance that it divides by in evaluation mode, in place of its weights."""
    if step.operator.endswith("batch_norm") and len(step.inputs) == _NORMALISES:
        return {"went in": told(step.inputs[0]), "running_var": told(step.inputs[-1])}
    return {("went in" if place == 0 else "and"): told(tensor) for place, tensor in enumerate(step.inputs[:2]) if tensor.dtype != "bool"}


_NORMALISES = 5
"""The operands of a batch norm with weights and running statistics: its variance comes last."""
_REPEATS = {
    "exact": "the step came out bit for bit the same",
    "near": "the step came out the same within rounding",
    "other": "not faithfully: the step came out otherwise, and failed too",
}


def told(tensor: Tensor) -> str:
    """A tensor in a finding's words."""
    size = " x ".join(map(str, tensor.shape)) or "one number"
    known = f"{tensor.minimum:.4g} to {tensor.maximum:.4g}, " if tensor.minimum is not None and tensor.maximum is not None else ""
    broken = [f"{tensor.nan} NaN"] * bool(tensor.nan) + [f"{tensor.infinite} infinite"] * bool(tensor.infinite)
    return f"{known}{', '.join(broken) + ', ' if broken else ''}{tensor.dtype}, {size}"


def at(line: Frame) -> str:
    """A line of the user's in a finding's words."""
    return f"{line.file}:{line.line}, `{line.code.strip()}`"


def course_facts(course: Course) -> dict[str, str]:
    """Losses, learning rate and weights."""
    losses = course.losses[-6:]
    raised = f", {course.lr_began:g} at first" if course.lr_raised else ""
    return {
        "loss until then": ", ".join(f"{loss:.4g}" for loss in losses),
        "learning rate": f"{course.lr:g} ({course.optimizer}){raised}" if course.lr is not None else "",
        "momentum": f"{course.momentum:g}: at 1 and above no update is ever forgotten" if course.momentum >= 1 else "",
        "largest weight": f"{course.largest_weight:.4g}" if course.largest_weight is not None else "",
    }


def unread(course: Course) -> str:
    """What the budget has left out, where it matters; empty where every gradient was looked at."""
    share = course.gradients_read
    return f"the gradients of {share:.0%} of the steps (--budget 100% reads all, and tells of the first bad one)" if share < 1 else ""


def _listed(rows: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, rows[:6]))
    return f"{shown} and {len(rows) - 6} more" if len(rows) > 6 else shown
