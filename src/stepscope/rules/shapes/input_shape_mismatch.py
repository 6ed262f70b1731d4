"""A size of the input does not fit the layer that receives it.

Why
---
A layer is built for one size of its input's feature axis. The size that arrives is fixed by what stands before: the
image size, the number of channels, the pooling and strides, the way the features were flattened.

Fix
---
- Build the layer for the size that arrives, or let `nn.LazyLinear` find it.
- If the size that arrives is a surprise, print the shapes from the input on: the image size or a stride has changed.

Bad
---
    features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten())   # 8 * 30 * 30 for 32x32 images
    head = nn.Linear(8 * 32 * 32, 10)

Good
----
    features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten())
    head = nn.Linear(8 * 30 * 30, 10)
"""

import re

from stepscope.evidence import Call, Failure, Layer, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

INPUT_SHAPE_MISMATCH = Rule(
    "SHP101",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("channel-mismatch", "channel-order", "skip-connection-shape-mismatch", "input-rank", "label-out-of-range"),
)

_MATMUL = re.compile(r"shapes cannot be multiplied \((?P<rows>\d+)x(?P<got>\d+) and (?P<expects>\d+)x(?P<out>\d+)\)")


@INPUT_SHAPE_MISMATCH.seen_in
def linear(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """A Linear that was built for another number of features."""
    found = _MATMUL.search(failure.message)
    expects = layer.number("in_features")
    if not found or expects is None:
        return
    arrives = call.operand("input")
    got = arrives.tensor.shape[-1] if arrives and arrives.tensor.shape else int(found["got"])
    yield INPUT_SHAPE_MISMATCH.found(
        f"{got} features arrive at a Linear that expects {expects}",
        line=layer.definition,
        about="the layer was built here",
        seen={
            "arrives": str(arrives.tensor) if arrives else f"{found['rows']}x{got}",
            "expects": f"{expects} in the last axis",
            "layer": str(layer),
        },
        fix=(f"Make it `{layer.kind}({got}, {layer.number('out_features')})`, if the features that arrive are right.",),
    )


@INPUT_SHAPE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found = _MATMUL.search(failure.message)
    if found:
        yield INPUT_SHAPE_MISMATCH.found(
            f"{found['got']} features meet a matrix that expects {found['expects']}",
            Confidence.LIKELY,
            seen={"shapes": f"({found['rows']}, {found['got']}) and ({found['expects']}, {found['out']})"},
        )
