"""The loss grew without bound until it overflowed.

Why
---
Each update overshoots, the next gradient is larger, and after some steps a number leaves the range of its type. The operator that overflows is where it ends, not
where it began.

Fix
---
- Lower the learning rate by 10, warm it up over the first steps, and clip gradients: `nn.utils.clip_grad_norm_(model.parameters(), 1.0)`.
- Bring inputs and targets to the order of 1 (`(x - mean) / std`).
- Where the loss can fall below every bound, look at its sign.

Bad
---
    y = torch.tensor(prices)                                   # up to 500,000
    F.mse_loss(model(x), y)

Good
----
    y = (torch.tensor(prices) - mean) / std
    F.mse_loss(model(x), y)
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import course_facts, diverged, kind

DIVERGENCE = Rule("NUM105", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("lr-too-high", "normalisation-wrong"))


@DIVERGENCE.seen_in
def grew(step: NonFinite, course: Course) -> Witnessed:
    """Loss or weights had grown out of proportion before the step that is not finite."""
    if not diverged(course) or step.born == "input":
        return
    yield DIVERGENCE.found(
        f"the training diverged: the {'loss' if step.met != 'gradient' else 'gradient'} is {kind(step)} at last",
        Confidence.CERTAIN if course.growth > 1 else Confidence.LIKELY,
        stage=Stage.OPTIMIZER,
        line=course.built or step.line,
        about="the optimizer was built here" if course.built else "",
        seen={**course_facts(course), "overflowed in": f"`{step.operator}`" if step.operator else ""},
    )
