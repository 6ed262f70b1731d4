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
        instead=_advice(step),
    )


def _advice(step: NonFinite) -> tuple[str, ...]:
    """What helps where a tensor did not fit as it came, or a number that the program has chosen led out of the range; else the page has to do."""
    if step.operator == "_to_copy":
        return (_SCALE,)
    given = step.inputs[0].maximum if len(step.inputs) == 1 and not step.inputs[0].shape else None  # one number is among the scalars too
    large = [scalar for scalar in step.scalars if abs(scalar) >= LARGE and scalar != given] if step.operator == "mul" and len(step.inputs) == 1 else []
    return (_FACTOR.format(large[0]), _SCALER) if large else ()


LARGE = 256.0
"""A factor from which on it is what leads out of the range: a fixed scale of the loss."""
_SCALE = "The tensor did not fit into 16 bits as it came, before anything was computed: bring it to the order of 1 (`(x - mean) / std`), or divide it by its largest value."
_FACTOR = "The factor of {:g} is too large for 16 bits: multiply in float32 (`loss.float()`), and take a smaller one."
_SCALER = "A scaler finds its factor by itself, and leaves out the updates that overflow: `torch.amp.GradScaler`."
