"""Two feature maps that are to be added or concatenated differ in size.

Why
---
A skip connection joins what went through some layers with what went around them. A stride, another number of channels or a
missing padding on one way, or an odd size that was halved and doubled again, leaves the two with different sizes.

Fix
---
- Give the short way the same stride and channels: `nn.Conv2d(64, 128, 1, stride=2)`.
- In a U-Net, resize to the partner before joining: `F.interpolate(up, size=skip.shape[-2:])`, or pad inputs to a multiple of the strides.

Bad
---
    out = self.conv(x)        # stride 2: half the height and width
    return out + x

Good
----
    out = self.conv(x)
    return out + self.shortcut(x)     # nn.Conv2d(channels, channels, 1, stride=2)
"""

import re

from stepscope.evidence import Call, Failure, Layer, Moment, Stage, Tensor, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.shapes.words import broadcast, joined

SKIP_CONNECTION_SHAPE_MISMATCH = Rule(
    "SHP106",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("custom-loss-bug", "target-shape-mismatch", "output-units-vs-classes", "output-shape-vs-labels", "custom-gradient-wrong"),
)

_JOINS = {"add", "sub", "mul", "cat", "concat", "concatenate", "add_", "stack", "hstack", "vstack", "maximum", "lerp"}
_MASKS = wording(r"mask|\bpos(?:ition\w*)?\b|\bpos_|\bpe\b|\b(?:scale|bias|mean|std|temperature)\b", re.IGNORECASE)


@SKIP_CONNECTION_SHAPE_MISMATCH.seen_in
def maps(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """Both feature maps are at hand."""
    if not (broadcast(failure) or joined(failure)) or call.function not in _JOINS or len(call.operands) < 2:
        return
    first = call.operands[0]
    other = next((operand for operand in call.operands[1:] if _apart(first.tensor, operand.tensor, call)), None)
    if other is None or _is_table(failure, layer) or any(_MASKS.search(operand.name) for operand in (first, other)):
        return
    yield SKIP_CONNECTION_SHAPE_MISMATCH.found(
        f"`{first.name}` {_shape(first.tensor)} and `{other.name}` {_shape(other.tensor)} are to be joined",
        seen={"one": f"`{first.name}`, {first.tensor}", "other": f"`{other.name}`, {other.tensor}", "joined by": call.function},
    )


@SKIP_CONNECTION_SHAPE_MISMATCH.seen_in
def sizes(failure: Failure, layer: Layer, moment: Moment) -> Witnessed:
    """A sum or concatenation within a model, whose parts have no names."""
    met, line = broadcast(failure) or joined(failure), failure.innermost
    if met is None or line is None or not line.user or moment.stage not in (Stage.FORWARD, None):
        return
    text = line.expression or line.code
    if _is_table(failure, layer) or _MASKS.search(text) or (broadcast(failure) and not re.search(r"[+]|torch\.add\(|\.add_?\(", text)):
        return
    yield SKIP_CONNECTION_SHAPE_MISMATCH.found(
        f"a feature map of size {met[0]} is joined with one of size {met[1]}",
        Confidence.LIKELY,
        seen={"line": text[:200], "says": failure.message[:200]},
    )


def _is_table(failure: Failure, layer: Layer) -> bool:
    """Whether one side is a tensor of the module's own."""
    line = failure.user_frame
    text = (line.expression or line.code) if line else ""
    return any(re.search(rf"\bself\.{name}\b", text) for name in layer.parameters)


def _apart(one: Tensor, other: Tensor, call: Call) -> bool:
    if one.shape == other.shape or not (one.shape and other.shape):
        return False
    if "cat" in call.function or "stack" in call.function:
        return len(one.shape) == len(other.shape)
    return any(a != b and 1 not in (a, b) for a, b in zip(one.shape[::-1], other.shape[::-1], strict=False))


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape))
