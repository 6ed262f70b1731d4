"""The loss turned finite outputs into NaN or infinity.

Why
---
`log(0)` in a cross-entropy written by hand, a division by the number of positives in a batch that has none, the mean over an empty selection: the model's outputs
are finite, the loss is not. One update with it makes every weight NaN; only where the gradients stay finite (those of a mean over nothing are zero) the weights are
spared, and every average that the loss goes into is lost.

Fix
---
- Use the losses that take logits: `F.cross_entropy`, `F.binary_cross_entropy_with_logits`. They never take the logarithm of zero.
- Divide by `count.clamp(min=1)`, and leave out a mean over nothing.

Bad
---
    loss = -(y * torch.log(p)).sum(1).mean()

Good
----
    loss = F.cross_entropy(logits, y)
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.advice import advice
from stepscope.rules.numerics.told import confidence, diverged, facts, kind, made

NON_FINITE_LOSS = Rule("NUM103", Severity.ERROR, stage=Stage.LOSS)


@NON_FINITE_LOSS.seen_in
def repeated(step: NonFinite, course: Course) -> Witnessed:
    """The operator that made it belongs to the loss."""
    if step.born != "forward" or step.stage != Stage.LOSS or step.half or step.met == "gradient" or diverged(course):
        return
    yield NON_FINITE_LOSS.found(
        f"`{step.operator}` in the loss made the first {made(step)}", confidence(step), line=step.line, seen=facts(step), instead=advice(step)
    )


@NON_FINITE_LOSS.seen_in
def unrepeated(step: NonFinite, course: Course) -> Witnessed:
    """The loss is not finite, and the step could not be repeated: where it began is not known."""
    if step.born == "unknown" and step.met != "gradient" and not diverged(course):
        yield NON_FINITE_LOSS.found(
            f"the loss is {kind(step)}{f', and `{step.name}` before it' if step.name else ''}; where it began could not be seen",
            confidence(step),
            line=step.line,
            about=f"`{step.name}` is the first variable that is not finite" if step.name else "",
            seen={"repeated": step.why},
            fix=("Find the first operator: `torch.autograd.set_detect_anomaly(True)` sees some of them, `torch.isfinite` after each layer all.",),
        )
