"""A value left the range of a 16-bit number.

Why
---
float16 ends at 65,504. Sums of squares, attention scores before the softmax, and exponentials pass it easily, while the same operator in float32 stays finite (which was
tried). A gradient scaler does not help: it scales the backward pass only.

Fix
---
- Compute this part in float32: `with torch.autocast(device_type, enabled=False): ... x.float()`.
- Use bfloat16, which has the range of float32, where the machine has it.
- Scale before the product, not after it: `(q / math.sqrt(d)) @ k.transpose(-2, -1)`.

Bad
---
    energy = (x.half() ** 2).sum(-1)

Good
----
    energy = (x.float() ** 2).sum(-1)
"""

from stepscope.evidence import NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.told import confidence, facts

OVERFLOW_HALF = Rule("NUM106", Severity.ERROR, stage=Stage.FORWARD)


@OVERFLOW_HALF.seen_in
def repeated(step: NonFinite) -> Witnessed:
    """The operator overflowed in 16 bits, and stays finite in 32."""
    if not step.half or step.output is None:
        return
    yield OVERFLOW_HALF.found(
        f"`{step.operator}` left the range of {step.output.dtype}",
        confidence(step),
        line=step.line,
        seen={**facts(step), "in float32": "finite, as was tried"},
    )
