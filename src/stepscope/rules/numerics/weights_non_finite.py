"""A weight or buffer of the model was NaN or infinite before the step began.

Why
---
What goes through such a weight comes out not finite whatever the input. It was loaded so (a checkpoint saved after a run had gone wrong), never filled (`torch.empty`),
or written by an update: that of the step before, or the user's own code.

Fix
---
- Look at the checkpoint: `all(v.isfinite().all() for v in state.values() if v.is_floating_point())`.
- Fill what `torch.empty` allocates: `nn.Parameter(torch.zeros(n))`, or `nn.init`.
- Look at what it is computed of: one divided by a count of zero, a spread of zero.

Bad
---
    self.scale = nn.Parameter(torch.empty(64))

Good
----
    self.scale = nn.Parameter(torch.ones(64))
"""

from stepscope.evidence import Course, Moment, NonFinite, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.advice import advice
from stepscope.rules.numerics.told import confidence, diverged, facts, told, unread

WEIGHTS_NON_FINITE = Rule("NUM107", Severity.ERROR, stage=Stage.FORWARD)


@WEIGHTS_NON_FINITE.seen_in
def repeated(step: NonFinite, course: Course, moment: Moment) -> Witnessed:
    """The repeated step met it in a weight."""
    if step.born != "weight" or step.output is None or step.updated_by or step.averaged_by or diverged(course):
        return
    first = moment.step in (None, 1)
    yield WEIGHTS_NON_FINITE.found(
        f"{f'`{step.name}`' if step.name else 'a weight'} was {'NaN' if step.output.nan else 'infinite'} before {'any update' if first else 'this step'}",
        confidence(step),
        line=step.written or step.line,
        about=_about(step.written.code) if step.written else "",
        stage=Stage.SETUP if first else Stage.OPTIMIZER,
        seen={
            "values": told(step.output),
            "since": "before the first update" if first else "an update before this step" if course.gradients_read < 1 else "the update of the step before, or later",
            "looked at": "" if first else unread(course),
            "repeated": facts(step)["repeated"],
        },
        instead=_advice(step, first),
    )


def _about(code: str) -> str:
    return "the only statement that loads weights" if _LOADS in code else "writes to weights"


def _advice(step: NonFinite, first: bool) -> tuple[str, ...]:
    """What helps; empty where it was so from the start, and no statement but one that loads it can have made it."""
    if step.written is None:
        return () if first else _LATER
    return () if first and _LOADS in step.written.code else _WRITTEN


@WEIGHTS_NON_FINITE.seen_in
def updated(step: NonFinite, course: Course) -> Witnessed:
    """The optimizer divided finite gradients by a second moment of zero, and its `eps` is zero too."""
    if step.born != "weight" or step.output is None or not step.updated_by or not step.scalars or diverged(course):
        return
    eps = step.scalars[0]
    yield WEIGHTS_NON_FINITE.found(
        f"{step.updated_by} made {f'`{step.name}`' if step.name else 'a weight'} {'NaN' if step.output.nan else 'infinite'} in an update before this step",
        confidence(step),
        line=step.written or step.line,
        about="the optimizer was built here" if step.written else "",
        stage=Stage.OPTIMIZER,
        seen={
            "values": told(step.output),
            "eps": f"{eps:g}" + (f", which is 0 in {step.output.dtype}" if eps else ""),
            "gradients": "finite; the mean of their squares is 0 where the weight is not finite",
            "repeated": facts(step)["repeated"],
        },
        instead=(_EPS_HALF if eps else _EPS,),
    )


@WEIGHTS_NON_FINITE.seen_in
def updated_by_own(step: NonFinite, course: Course) -> Witnessed:
    """An optimizer that the user wrote made it of gradients that were finite."""
    if step.born != "weight" or step.output is None or not step.updated_by or step.scalars or diverged(course):
        return
    yield WEIGHTS_NON_FINITE.found(
        f"{step.updated_by} made {f'`{step.name}`' if step.name else 'a weight'} {'NaN' if step.output.nan else 'infinite'} in an update before this step",
        Confidence.LIKELY,
        line=step.written,
        about=f"`{step.operator}` made it, as the update was run once more with gradients of zero",
        stage=Stage.OPTIMIZER,
        seen={"values": told(step.output), "operator": f"`{step.operator}`", **{("went in" if not place else "and"): told(one) for place, one in enumerate(step.inputs[:2])}},
        instead=advice(step) or _WRITTEN,
    )


_LOADS = "load_state_dict"
_LATER = (
    "Look at what writes to weights besides the optimizer: `p.data`, `copy_`, an average of weights, `load_state_dict` in the loop.",
    "Watch them after each update: `all(p.isfinite().all() for p in model.parameters())`.",
)
_WRITTEN = (
    "Look at what this statement adds or multiplies with: a division by a norm, a count or an average that is zero makes NaN (`a / (b + 1e-8)`).",
    _LATER[1],
)
_EPS = "Leave `eps` of the optimizer at 1e-8: a weight without a gradient so far is otherwise moved by 0 / 0."
_EPS_HALF = "Keep the weights in float32 and compute in 16 bits with `torch.autocast`, or give the optimizer an `eps` of 1e-4."
