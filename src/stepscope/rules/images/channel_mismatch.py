"""A picture has 1, 3 or 4 channels where another number is needed, or pictures of a batch differ in it.

Why
---
Grey pictures have one channel, colour pictures three, PNG files with transparency four. A few of another kind among thousands stop the run
when their turn comes; a network built for one kind takes no other. Channels that stand in the last axis are channel-order, and feature
maps between hidden layers are input-shape-mismatch.

Fix
---
- Convert where the picture is read: `Image.open(path).convert("RGB")` (or `"L"`).
- For grey pictures in a network for colour: `x.expand(-1, 3, -1, -1)`, or a first layer `nn.Conv2d(1, ...)`.
- A normalisation has one mean and one deviation per channel.

Bad
---
    image = Image.open(path)                  # RGB, L or RGBA, as the file has it

Good
----
    image = Image.open(path).convert("RGB")
"""


from stepscope.evidence import Batch, Call, Expected, Failure, Images, Layer, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, shown
from stepscope.rules.found import counted as share
from stepscope.rules.images.channels_on_disk import odd_ones
from stepscope.rules.images.pictures import PICTURE, channels, counted, differ_in_channels, sizes
from stepscope.rules.shapes.fit import fit_of
from stepscope.rules.shapes.words import arrays, broadcast

CHANNEL_MISMATCH = Rule("IMG104", Severity.ERROR, stage=Stage.DATA, yields_to=("channel-order", "input-rank", "custom-loss-bug"))

_WORDS = wording(
    r"output with shape \[(?P<has>[134]), \d+, \d+\] doesn't match the broadcast shape \[(?P<needs>[134]), \d+, \d+\]"
    r"|[Mm]ake sure that the channel dimension of the pixel values match with the one set in the configuration(?:\.[ \n]*Expected (?P<a>\d+) but got (?P<b>\d+))?"
    r"|(?:mean|std) must have (?P<c>\d+) elements if it is an iterable, got (?P<d>\d+)|Unable to infer channel dimension format"
)
_CONVOLVED = wording(r"expected input\[(?P<shape>\d+(?:, \d+){3})\] to have (?P<needs>\d+) channels, but got (?P<has>\d+) channels")
BANDS = 8
"""Channels that a picture may have; the feature maps of a network have more."""
_TENSOR = wording(r"\w+\[(\d+(?:, \d+)+)\]")
_SHAPES = wording(r"\[(\d+(?:, \d+)+)\]")


@CHANNEL_MISMATCH.seen_in
def layer(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """The pictures themselves arrive at a layer that was built for another number of channels."""
    fit = fit_of(layer, call, failure)
    if fit is None or fit.setting not in ("in_channels", "num_features") or fit.got == fit.expects:
        return
    if len(fit.shape) < 4 or len(fit.shape) != max(fit.dims, default=4):
        return
    both = fit.got in PICTURE and fit.expects in PICTURE
    picture = fit.got in PICTURE and not fit.arrives.requires_grad and min(fit.shape[-2:]) > 4 and fit.expects < 16
    if both or picture:
        yield CHANNEL_MISMATCH.found(
            f"pictures of {counted(fit.got)} arrive at a {layer.kind} that expects {fit.expects}",
            stage=Stage.FORWARD,
            seen={"arrives": fit.arrives, "expects": f"{fit.expects} channels", "layer": layer},
        )


@CHANNEL_MISMATCH.seen_in
def collated(failure: Failure, batch: Batch) -> Witnessed:
    """Rows of one batch that differ from the others in nothing but the number of channels."""
    if not batch.odd:
        return
    row, signature = next(iter(batch.odd.items()))
    odd = _TENSOR.search(signature)
    if odd is None or not failure.says("stack expects each tensor", "not resizable", "must have the same shape"):
        return
    has, others = sizes(odd[1]), [sizes(text) for text in _SHAPES.findall(failure.message)]
    usual = next((shape for shape in others if differ_in_channels(has, shape)), None)
    if usual is not None:
        headline, sure = f"a picture of {counted(channels(has, usual))} among pictures of {channels(usual, has)}", Confidence.CERTAIN
    elif not others and len(has) == 3 and min(has[0], has[-1]) in (1, 4) and sorted(has)[1] > 4:
        headline, sure = f"a picture of {counted(min(has[0], has[-1]))} among others", Confidence.LIKELY
    else:
        return
    yield CHANNEL_MISMATCH.found(
        headline,
        sure,
        stage=Stage.COLLATE,
        seen={"row": f"{row}: {signature}", "rows that differ": f"{len(batch.odd)} of {batch.rows}", "says": failure.message[:200]},
    )


@CHANNEL_MISMATCH.seen_in
def mixed(failure: Failure, batch: Batch) -> Witnessed:
    """Pictures of two kinds that differ in nothing but the number of channels, where neither kind is the usual one."""
    if batch.odd or len(batch.kinds) != 2 or not failure.says("stack expects each tensor", "not resizable", "must have the same shape"):
        return
    one, other = (sizes(found[1]) if (found := _TENSOR.search(kind)) else () for kind in batch.kinds)
    if differ_in_channels(one, other):
        yield CHANNEL_MISMATCH.found(
            f"pictures of {channels(one, other)} and of {channels(other, one)} channels meet in one batch",
            stage=Stage.COLLATE,
            seen={**{kind: f"row {', '.join(map(str, rows[:8]))}" for kind, rows in batch.kinds.items()}, "says": failure.message[:200]},
        )


@CHANNEL_MISMATCH.seen_in
def normalised(failure: Failure, call: Call) -> Witnessed:
    """A mean per channel, or a place in an array, for another number of channels than the picture has."""
    met = broadcast(failure)
    picture = next((operand.tensor for operand in call.operands if len(operand.tensor.shape) in (3, 4)), None)
    if met is None or picture is None or not set(met) <= set(PICTURE) or failure.passes("backward"):
        return
    means = next((operand for operand in call.operands if operand.tensor.shape[:1] and _is_mean(operand.tensor.shape)), None)
    if means is not None and picture.shape[-3] in met and picture.shape[-3] in PICTURE:
        yield CHANNEL_MISMATCH.found(
            f"a picture of {counted(picture.shape[-3])} meets {max(means.tensor.shape)} values, one per channel",
            seen={"picture": picture, f"`{means.name}`": means.tensor},
        )


@CHANNEL_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found, shapes, convolved = _WORDS.search(failure.message), arrays(failure), _CONVOLVED.search(failure.message)
    if convolved and int(convolved["needs"]) <= BANDS and int(convolved["has"]) <= BANDS:
        yield CHANNEL_MISMATCH.found(
            f"pictures of {counted(int(convolved['has']))} arrive where {convolved['needs']} are expected", Confidence.LIKELY, stage=Stage.FORWARD,
            seen={"says": failure.message[:200]},
        )  # fmt: skip
    elif found:
        numbers = [found[name] for name in ("has", "needs", "a", "b", "c", "d") if found[name]]
        headline = f"a picture has another number of channels: {' and '.join(numbers)}" if numbers else "the number of channels is not 1, 3 or 4"
        yield CHANNEL_MISMATCH.found(headline, Confidence.LIKELY, seen={"says": failure.message[:300]})
    elif shapes and all(len(shape) in (1, 3, 4) for shape in shapes) and any(len(shape) > 2 for shape in shapes):
        one, other = (shape[-1] for shape in shapes)
        if {one, other} <= {3, 4} and one != other:
            yield CHANNEL_MISMATCH.found(
                f"a picture of {max(one, other)} channels meets one of {min(one, other)}", Confidence.LIKELY, seen={"says": failure.message[:200]}
            )


@CHANNEL_MISMATCH.seen_in
def files(images: Images, expected: Expected) -> Witnessed:
    """Every image file of a data set was looked at."""
    for has, usual, severity, rows in odd_ones(images, expected):
        places = at(images, rows)
        yield CHANNEL_MISMATCH.found(
            f"{shown(places[0].file)} has {counted(has)}, {'the model takes' if expected.channels else 'most have'} {usual}",
            severity=severity, seen={"images": share(places, images)}, places=places,
        )  # fmt: skip


def _is_mean(shape: tuple[int, ...]) -> bool:
    return max(shape) in PICTURE and sum(size > 1 for size in shape) <= 1
