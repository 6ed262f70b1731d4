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

from collections.abc import Sequence
from itertools import pairwise

from stepscope.evidence import Course, Log, NonFinite, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import course_facts, kind, ran_away

DIVERGENCE = Rule("NUM105", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("lr-too-high", "weight-decay-misuse", "normalisation-wrong"))

_MOMENTUM = "Set the momentum of {0.momentum:g} below 1 (0.9 is usual): at 1 and above the updates grow by themselves, at any learning rate."
LEAST, GREW = 6, 1e6
"""How many losses a log has to tell, and how many times the first ones the last is, where none of them overflowed."""
_LOSS = wording(r"(?:^|[-|:,)\]] ?)(?:train(?:ing)?[ _/.-]?)?loss$")


@DIVERGENCE.seen_in
def grew(step: NonFinite, course: Course) -> Witnessed:
    """Loss or weights had grown out of proportion before the step that is not finite."""
    if not ran_away(course) or step.born == "input":
        return
    yield DIVERGENCE.found(
        f"the training diverged: the {'loss' if step.met != 'gradient' else 'gradient'} is {kind(step)} at last",
        Confidence.CERTAIN if course.growth > 1 else Confidence.LIKELY,
        stage=Stage.OPTIMIZER,
        line=course.built or step.line,
        about="the optimizer was built here" if course.built else "",
        fix=(_MOMENTUM.format(course),) if course.momentum >= 1 else (),
        seen={**course_facts(course), "overflowed in": f"`{step.operator}`" if step.operator else ""},
    )


@DIVERGENCE.seen_in
def unbounded(log: Log) -> Witnessed:
    """A log whose loss rose by orders of magnitude, to its very end, and was cut off or stopped before it overflowed."""
    name, losses = next(((name, values) for name, values in log.series.items() if _LOSS.search(name) and _rises(values)), ("", ()))
    if name:
        yield DIVERGENCE.found(
            f"the training diverged: the loss rose from {losses[0]:.3g} to {losses[-1]:.3g}", Confidence.LIKELY, stage=Stage.OPTIMIZER,
            seen={name: ", ".join(f"{value:.4g}" for value in losses[-6:])},
        )  # fmt: skip


def _rises(losses: Sequence[float]) -> bool:
    """Whether every loss of the second half is above the one before, and the last far beyond the first ones."""
    late = losses[len(losses) // 2 :]
    return len(losses) >= LEAST and min(losses) > 0 and losses[-1] >= GREW * max(losses[: LEAST // 2]) and all(after > before for before, after in pairwise(late))
