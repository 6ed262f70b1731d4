"""Weight decay so strong that it drives the weights, not the gradients.

Why
---
Each update multiplies the weights by `1 - lr * weight_decay`, whatever the gradient. Above 1 / lr the factor is negative: weights change their sign at every step. Above
2 / lr its size is more than one, and they grow without bound.

Fix
---
- Usual values: 1e-4 to 5e-4 with SGD, 0.01 to 0.1 with AdamW.
- Where decay was meant for one layer, give it to a parameter group of its own.

Bad
---
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.5, weight_decay=10)

Good
----
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import course_facts, kind, lr_is_infinite, ran_away

WEIGHT_DECAY_MISUSE = Rule("OPT108", Severity.ERROR, stage=Stage.OPTIMIZER)

DRIVES = 2.0
"""What `lr * weight_decay` has to exceed for the weights to grow without bound."""


@WEIGHT_DECAY_MISUSE.seen_in
def diverging(step: NonFinite, course: Course) -> Witnessed:
    """The training diverged, and decay alone makes the weights larger at each update."""
    if not ran_away(course) or step.born == "input" or course.lr is None or lr_is_infinite(course) or course.decay <= DRIVES:
        return
    yield WEIGHT_DECAY_MISUSE.found(
        f"weight decay makes the weights grow at each update: the loss is {kind(step)}",
        Confidence.CERTAIN,
        stage=Stage.OPTIMIZER,
        line=course.built,
        about="the optimizer was built here" if course.built else "",
        seen={**course_facts(course), "lr x decay": f"{course.decay:.4g}; above {DRIVES:g} each update leaves a weight larger than it was"},
        instead=("Lower `weight_decay`: usual are 1e-4 to 5e-4 with SGD, 0.01 to 0.1 with AdamW.",),
    )
