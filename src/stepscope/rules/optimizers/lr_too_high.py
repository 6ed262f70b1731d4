"""The learning rate makes the loss jump or grow.

Why
---
Each update goes farther than the gradient is right for. The loss rises instead of falling, and after some steps overflows.

Fix
---
- Divide the learning rate by 10 until the loss falls. Usual to begin with: SGD 0.01 to 0.1, Adam and AdamW 0.0001 to 0.001.
- Warm it up over the first hundred steps, and clip gradients.

Bad
---
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0)

Good
----
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed
from stepscope.rules.numerics.told import course_facts, kind, lr_is_infinite, lr_is_large, ran_away

LR_TOO_HIGH = Rule("OPT105", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("weight-decay-misuse",))

_FIX_SCHEDULE = "Print the learning rate of each step: where it is computed something is divided by zero, or grows without a limit."
_FIX_RAISED = "The schedule has raised it from {0.lr_began:g} to {0.lr:g}: look at what it computes, and lower its peak."


@LR_TOO_HIGH.seen_in
def diverging(step: NonFinite, course: Course) -> Witnessed:
    """The training diverged at a learning rate far above what is usual for its optimizer."""
    if not ran_away(course) or not lr_is_large(course) or step.born == "input":
        return
    if lr_is_infinite(course):
        yield _infinite(step, course)
        return
    set_here = course.lr_set if course.lr_raised else None
    yield LR_TOO_HIGH.found(
        f"at a learning rate of {course.lr:g} the training diverged: the loss is {kind(step)}",
        Confidence.CERTAIN if course.growth > 1 else Confidence.LIKELY,
        stage=Stage.OPTIMIZER,
        line=set_here or course.built,
        about="the learning rate is set here" if set_here else "the optimizer was built here",
        seen=course_facts(course),
        fix=(_FIX_RAISED.format(course) if course.lr_raised else f"Lower `lr` of {course.optimizer} from {course.lr:g}, by 10 at a time.",),
    )


def _infinite(step: NonFinite, course: Course) -> Draft:
    """One update with such a rate leaves no weight finite, whatever the gradients."""
    return LR_TOO_HIGH.found(
        f"the learning rate itself has become {'NaN' if course.lr != course.lr else 'infinite'}: the loss is {kind(step)}",
        Confidence.CERTAIN,
        stage=Stage.OPTIMIZER,
        line=course.lr_set or course.built,
        about="the learning rate is set here" if course.lr_set else "the optimizer was built here",
        seen=course_facts(course),
        instead=(_FIX_SCHEDULE,),
    )


@LR_TOO_HIGH.seen_in
def swept(step: NonFinite, course: Course) -> Witnessed:
    """The learning rate was multiplied step by step until the training diverged: a search for the best one ends so."""
    if not course.swept or step.born == "input":
        return
    yield LR_TOO_HIGH.found(
        f"the learning rate grew step by step to {course.lr:g}: the loss is {kind(step)}",
        stage=Stage.OPTIMIZER,
        line=course.lr_set or course.built,
        about="the learning rate is set here" if course.lr_set else "the optimizer was built here",
        severity=Severity.NOTE,
        seen={"grew": f"{course.lr_grew:.3g} times, by the same factor in each step", **course_facts(course)},
        instead=(
            "Where this was a search for the learning rate there is nothing to mend: take a tenth of the rate at which the loss was lowest.",
            "Where it was to fall, let its factor be below 1 (`gamma=0.99`).",
        ),
    )
