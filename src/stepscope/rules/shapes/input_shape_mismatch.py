"""A size of the input does not fit the layer that receives it.

Why
---
A layer is built for one size of its input's feature axis. The size that arrives is fixed by what stands before: the
image size, the number of channels, the pooling and strides, the way the features were flattened. Another number of axes is
input-rank, pictures of another number of channels are channel-mismatch, two feature maps that meet are skip-connection-shape-mismatch.

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

from stepscope.evidence import Call, Failure, Layer, Moment, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.shapes.fit import Fit, fit_of
from stepscope.rules.shapes.words import SIZES, advice_on_lines, broadcast, expanded

INPUT_SHAPE_MISMATCH = Rule(
    "SHP101",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=(
        "channel-mismatch", "channel-order", "skip-connection-shape-mismatch", "input-rank", "label-out-of-range", "dtype-mismatch",
        "target-shape-mismatch", "output-shape-vs-labels", "output-units-vs-classes", "custom-loss-bug", "collate-inconsistent-shapes",
        "metric-shape-depends-on-batch", "augmentation-failure", "custom-gradient-wrong", "checkpoint-mismatch", "empty-sample",
    ),
)  # fmt: skip

_OF_SAMPLE = (
    "What was read of the named sample is of another size than this line asks for: look at what it is read from, and from where on.",
    "A file that is cut short, a header that is wrong, a place in a file counted in a small type (`int16` ends at 32,767) come out like this.",
)


@INPUT_SHAPE_MISMATCH.seen_in
def layer(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """A layer that was built for another number of features."""
    fit = fit_of(layer, call, failure)
    if fit is None or fit.got == fit.expects:
        return
    yield INPUT_SHAPE_MISMATCH.found(
        f"{fit.got} {_thing(fit)} arrive at a {layer.kind} that expects {fit.expects}",
        line=layer.definition,
        about="the layer was built here" if layer.definition else "",
        seen={"arrives": fit.arrives, "expects": f"{fit.expects} ({fit.setting})", "layer": layer},
        fix=_advice(layer, fit),
    )


@INPUT_SHAPE_MISMATCH.seen_in
def table(failure: Failure, layer: Layer) -> Witnessed:
    """A table of the module's own (positions, a scale) that is added to or multiplied with features of another size."""
    sizes = broadcast(failure)
    line = failure.user_frame
    if sizes is None or line is None:
        return
    for name, own in layer.parameters.items():
        if re.search(rf"\bself\.{name}\b", line.expression or line.code) and any(size in own.shape for size in sizes):
            has = next(size for size in sizes if size in own.shape)
            got = next((size for size in sizes if size != has), has)
            yield INPUT_SHAPE_MISMATCH.found(
                f"`{name}` has {has} entries where the features have {got}",
                seen={"table": f"`self.{name}`, {own}", "sizes that meet": f"{sizes[0]} and {sizes[1]}"},
                fix=(f"Build `{name}` for {got} entries, or cut (pad, interpolate) the input to {has}.",),
            )


@INPUT_SHAPE_MISMATCH.seen_in
def words_of_layer(failure: Failure, layer: Layer) -> Witnessed:
    """The sentence names the very number that the layer was built for."""
    got, expects = _numbers(failure)
    if got and expects and int(expects) == layer.number("in_features", "in_channels", "num_features", "input_size", "embed_dim"):
        yield INPUT_SHAPE_MISMATCH.found(
            f"{got} features arrive at a {layer.kind} that expects {expects}",
            Confidence.LIKELY,
            line=layer.definition,
            about="the layer was built here" if layer.definition else "",
            seen={"layer": layer, "says": failure.message[:300]},
        )


@INPUT_SHAPE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found = next((match for form in SIZES for match in [form.search(failure.message)] if match), None)
    if found:
        got, expects = _numbers(failure)
        headline = f"{got} arrive where {expects} are expected" if got and expects else found[0].strip()
        yield INPUT_SHAPE_MISMATCH.found(headline, Confidence.LIKELY, seen={"says": failure.message[:300]}, **_cures(failure))


@INPUT_SHAPE_MISMATCH.seen_in
def sizes(failure: Failure, moment: Moment) -> Witnessed:
    """Two sizes of an elementwise operation or an expansion, with nothing that tells more."""
    sizes = broadcast(failure) or expanded(failure)
    if sizes and moment.stage in (Stage.FORWARD, None):
        yield INPUT_SHAPE_MISMATCH.found(
            f"an axis of {sizes[0]} meets an axis of {sizes[1]}", Confidence.POSSIBLE, seen={"says": failure.message[:300]}
        )


def _cures(failure: Failure) -> dict[str, tuple[str, ...]]:
    """What helps: no layer is at fault where a sample is being read."""
    return {"instead": _OF_SAMPLE} if failure.passes("__getitem__", "__getitems__") else {"fix": advice_on_lines(failure.message)}


def _numbers(failure: Failure) -> tuple[str | None, str | None]:
    """What arrived and what was expected, where the sentence names both."""
    for form in SIZES:
        if (found := form.search(failure.message)) and found.groupdict():
            return found["got"], found["expects"]
    return None, None


def _thing(fit: Fit) -> str:
    return "channels" if "channels" in fit.setting else "features"


def _advice(layer: Layer, fit: Fit) -> tuple[str, ...]:
    """The layer as it would fit, where its second number is known."""
    second = layer.number("out_features", "out_channels", "hidden_size")
    after = f", {second}" if second is not None else ""
    rest = "" if layer.kind in ("Linear", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d") else ", ..."
    return (f"Make it `{layer.kind}({fit.got}{after}{rest})`, if what arrives is right.",)
