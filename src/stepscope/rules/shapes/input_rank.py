"""The input has another number of axes than the layer takes: the batch axis, the channel axis or a flattening is missing.

Why
---
Layers read shapes by position: (batch, channels, height, width) for images, (batch, time, features) for sequences. With an
axis too few or too many, every size stands at another axis's place.

Fix
---
- For a single sample, add the batch axis: `x.unsqueeze(0)`, `x[None]`.
- For pictures without a channel axis, add it after the batch: `x.unsqueeze(1)`.
- Between feature maps and a Linear, flatten all but the batch: `x.flatten(1)`.

Bad
---
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8))
    model(image)                  # (1, 28, 28)

Good
----
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8))
    model(image.unsqueeze(0))     # (1, 1, 28, 28)
"""

import re
from math import prod

from stepscope.evidence import Call, Failure, Layer, Moment, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.shapes.fit import arriving, fit_of, ranks

INPUT_RANK = Rule(
    "SHP102",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=(
        "channel-order", "custom-loss-bug", "target-shape-mismatch", "output-shape-vs-labels", "output-units-vs-classes",
        "augmentation-failure", "collate-inconsistent-shapes", "loss-label-format",
    ),
)  # fmt: skip

_WORDS = wording(
    r"Expected \d+D \(unbatched\)|[Ee]xpected [\d, or]+D(?: or \dD)? input \(got \d+D input\)|Expected input to be [\d, or]+D|RNN: Expected input"
    r"|(?:non-empty|Expected) \d+D (?:or|\()[^.]*tensor|must have (?:2|3|4) dimensions, got|should be unbatched 2D or batched 3D"
    r"|expected a non-empty \dD|Expected at least \d dimensions? for input|expects input to have at least|input\.dim\(\) = \d+ is not equal to len"
    r"|Expected \d to \d+ dimensions, but got \d+-dimensional input for|input has to be 1D or 2D Tensor|expected \d+-dimensional input"
    r"|same number of spatial dimensions|is not supported for \dD input tensor|batch\d must be a 3D tensor|mat\d? must be a matrix"
    r"|Only 2D, 3D, 4D, 5D padding|both arguments to (?:matmul|linear) need to be at least 1D|self must be a matrix|must have same number of dimensions"
    r"|For (?:un)?batched \d-D input, hx|input must have [\d ]+dimensions|Wrong shape for input_ids"
)  # fmt: skip
_INDEX = ("Index tensor must have the same number of dimensions as", "Index tensor must be either empty or have the same number of dimensions")
_AXES = wording(
    r"Dimension out of range \(expected to be in range of \[-?\d+, (?P<last>-?\d+)\], but got (?P<axis>-?\d+)\)"
    r"|too many indices for tensor of dimension (?P<rank>\d+)|not enough values to unpack|too many values to unpack|tuple index out of range"
)


@INPUT_RANK.seen_in
def layer(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """A layer that takes other numbers of axes than the input has."""
    arrives, takes = arriving(layer, call), ranks(layer)
    if arrives is None or not takes or len(arrives.shape) in takes:
        return
    wanted = " or ".join(map(str, takes))
    yield INPUT_RANK.found(
        f"a tensor of {len(arrives.shape)} axes arrives at a {layer.kind} that takes {wanted}",
        seen={"arrives": arrives, "layer": layer, "takes": f"{wanted} axes"},
    )


@INPUT_RANK.seen_in
def without_batch(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """Features that would fit the layer, were the batch axis or the flattening not missing."""
    fit = fit_of(layer, call, failure)
    if fit is None or fit.got == fit.expects or len(fit.shape) < 2:
        return
    shape, expects = fit.shape, fit.expects
    if fit.setting == "in_features" and len(shape) > 2 and fit.per_sample == expects:
        yield INPUT_RANK.found(
            f"{len(shape)} axes arrive at a Linear that takes {expects} features: not flattened",
            seen={"arrives": fit.arrives, "layer": layer, "numbers per sample": f"{' * '.join(map(str, shape[1:]))} = {expects}"},
            fix=("Flatten all but the batch before this layer: `x.flatten(1)` or `nn.Flatten()`.",),
        )
    elif fit.setting == "in_features" and prod(shape) == expects and shape[0] > 1:
        yield INPUT_RANK.found(
            f"all {prod(shape)} numbers of the tensor are one sample: the batch axis is missing",
            Confidence.LIKELY,
            seen={"arrives": fit.arrives, "layer": layer},
        )
    elif fit.setting == "in_channels" and len(shape) == fit.dims[0] and shape[-1] != expects and (expects == 1 or shape[0] > 4):
        yield INPUT_RANK.found(
            f"{len(shape)} axes are read as one sample of {fit.got} channels; {layer.kind} expects {expects}",
            Confidence.LIKELY,
            seen={"arrives": fit.arrives, "layer": layer, "read as": f"({', '.join(map(str, shape))}) without a batch axis"},
            fix=("Add the channel axis: `x.unsqueeze(1)`.",) if expects == 1 else (),
        )


@INPUT_RANK.seen_in
def words(failure: Failure, moment: Moment) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found and moment.stage in (Stage.FORWARD, None):
        yield INPUT_RANK.found(found[0].strip(), Confidence.LIKELY, seen={"says": failure.message[:300]})


@INPUT_RANK.seen_in
def index(failure: Failure, moment: Moment) -> Witnessed:
    """A `gather` or `scatter` whose index has other axes than what it asks, in a model or in a loss of the user's own."""
    line = failure.user_frame
    if failure.says(*_INDEX):
        yield INPUT_RANK.found(
            "an index has other axes than the tensor that it asks",
            stage=moment.stage if moment.stage in (Stage.LOSS, Stage.METRICS) else Stage.FORWARD,
            seen={"says": failure.message[:300], "line": line.code if line else ""},
            instead=(
                "Give the index the axis that it lacks, and take it away from what comes back: `q.gather(1, action.unsqueeze(1)).squeeze(1)`.",
                "To take one entry of each row without `gather`: `q[torch.arange(len(q)), action]`.",
            ),
        )


@INPUT_RANK.seen_in
def axes(failure: Failure, moment: Moment) -> Witnessed:
    """An axis that the tensor does not have, within a model or on the way to it."""
    found, line = _AXES.search(failure.message), failure.user_frame
    if not found or line is None or moment.stage not in (Stage.FORWARD, None) or failure.is_a("KeyError") or not (found["last"] or found["rank"] or re.search(r"shape|size\(\)", line.code + failure.frames[-1].code)):
        return
    rank = int(found["last"]) + 1 if found["last"] else int(found["rank"]) if found["rank"] else None
    yield INPUT_RANK.found(
        f"the tensor has {rank} axes, axis {found['axis']} is asked for" if found["axis"] else f"the tensor has {rank or 'other'} axes",
        Confidence.LIKELY,
        seen={"says": failure.message[:200], "line": line.code},
    )
