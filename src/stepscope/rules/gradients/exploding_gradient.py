"""Gradients grow on their way back through the model until they are beyond use.

Why
---
Each layer, or each time step of a recurrent net, multiplies the gradient; factors above one pile up to numbers that overflow. The forward pass may look healthy.

Fix
---
- Clip before the update: `nn.utils.clip_grad_norm_(model.parameters(), 1.0)`.
- Use normalisation layers, residual paths, or an orthogonal initialisation of recurrent weights, and truncate long sequences.

Bad
---
    loss.backward()
    optimizer.step()

Good
----
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import confidence, diverged, facts

EXPLODING_GRADIENT = Rule("GRD106", Severity.ERROR, stage=Stage.BACKWARD)

BEYOND = 1e15
"""A finite gradient of this size has grown on its way: no loss begins with one."""


@EXPLODING_GRADIENT.seen_in
def overflowed(step: NonFinite, course: Course) -> Witnessed:
    """The backward overflowed where what came in was finite, and already beyond use."""
    sizes = [max(abs(tensor.minimum or 0), abs(tensor.maximum or 0)) for tensor in step.inputs]
    if any(tensor.nan or tensor.infinite for tensor in step.inputs):  # infinities that were asked for: what made NaN of them is no growth
        return
    if step.met == "gradient" and step.born == "backward" and not diverged(course) and max(sizes, default=0) >= BEYOND:
        yield EXPLODING_GRADIENT.found(
            f"the gradient grew to {max(sizes):.1e} on its way back, and overflowed", confidence(step), line=step.line, seen=facts(step)
        )
