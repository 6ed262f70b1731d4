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
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import course_facts, diverged, kind, lr_is_infinite, lr_is_large

LR_TOO_HIGH = Rule("OPT105", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("weight-decay-misuse",))

_FIX_SCHEDULE = "Print the learning rate of each step: somewhere the schedule divides by zero."


@LR_TOO_HIGH.seen_in
def diverging(step: NonFinite, course: Course) -> Witnessed:
    """The training diverged at a learning rate far above what is usual for its optimizer."""
    if not diverged(course) or not lr_is_large(course) or step.born == "input":
        return
    line = course.lr_set if lr_is_infinite(course) else course.built
    yield LR_TOO_HIGH.found(
        f"at a learning rate of {course.lr:g} the training diverged: the loss is {kind(step)}",
        Confidence.CERTAIN if course.growth > 1 else Confidence.LIKELY,
        stage=Stage.OPTIMIZER,
        line=line or course.built,
        about="the learning rate is set here" if line and line is course.lr_set else "the optimizer was built here",
        seen=course_facts(course),
        fix=(_FIX_SCHEDULE,) if lr_is_infinite(course) else (f"Lower `lr` of {course.optimizer} from {course.lr:g}, by 10 at a time.",),
    )
