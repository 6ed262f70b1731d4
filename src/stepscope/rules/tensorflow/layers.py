"""What arrives at a layer and does not fit it."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Draft, Witnessed
from stepscope.rules.images.channel_mismatch import CHANNEL_MISMATCH
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.sentences import CERTAIN, LIKELY, POSSIBLE
from stepscope.rules.shapes.input_rank import INPUT_RANK
from stepscope.rules.shapes.input_shape_mismatch import INPUT_SHAPE_MISMATCH
from stepscope.rules.shapes.negative_dimension import NEGATIVE_DIMENSION
from stepscope.rules.shapes.skip_connection_shape_mismatch import SKIP_CONNECTION_SHAPE_MISMATCH
from stepscope.rules.tensorflow.reading import SHAPE, Arrival, arrival, pair
from stepscope.rules.tensorflow.sayings import first, sayings
from stepscope.rules.tensorflow.targets import meets

_HEADS = wording(r"yolo|box_?pred|class_?pred|predictor|detect|anchor|region_?loss", re.IGNORECASE)
_LOSS = wording(r"(?:^|[/_ {])loss|_loss", re.IGNORECASE)
_MAPS = 1000
"""Values below which no feature map of a detection head is reshaped."""
_RESHAPED = wording(r"Input to reshape is a tensor with (?P<has>\d+) values, but the requested shape (?:has|requires a multiple of) (?P<needs>\d+)")
_KERAS_RESHAPE = wording(
    rf"[Tt]otal size of (?:new array|the (?:tensor|array)) must be unchanged(?:[.,] Received: input_shape=(?P<one>{SHAPE}), target_shape=(?P<other>{SHAPE})|, input_shape = (?P<a>{SHAPE}), output_shape = (?P<b>{SHAPE}))?"
)
_JOINED = wording(
    r"`?Concatenate`? layer requires inputs with matching shapes except for the concat(?:enation)? axis\. (?:Got inputs shapes|Received: input_shape[s=]*):? ?(?P<shapes>.{0,200})"
    r"|ConcatOp : Dimensions of inputs should match: shape\[0\] = (?P<one>\[[\d,]*\]) vs\. shape\[\d+\] = (?P<other>\[[\d,]*\])"
    r"|Dimension \d+ in both shapes must be equal[^\n]*(?:op: '|= )Concat|Cannot concatenate arrays with shapes that differ in dimensions"
)


def _where(met: Arrival) -> str:
    return f"`{met.layer.removesuffix(':0')}`" if met.layer else "a layer"


@INPUT_RANK.seen_in
def axes(failure: Failure) -> Witnessed:
    met = arrival(failure)
    if met is not None and met.fault == "rank":
        yield INPUT_RANK.found(
            f"an input of {met.got} axes arrives at {_where(met)}, which takes {met.expects}",
            CERTAIN,
            stage=Stage.FORWARD,
            seen={"arrives": _shown(met), "says": first(failure)},
            instead=_advice_on_axes(met),
        )


def _advice_on_axes(met: Arrival) -> tuple[str, ...]:
    """What the two numbers of axes suggest."""
    wanted, has = int(met.expects.split()[-1]), int(met.got)
    if has == wanted - 1 and wanted == 4:
        return ("For grey pictures, add the channel axis: `x = x[..., None]`; for a single picture, the batch axis: `x = x[None]`; a data set that is not batched: `.batch(32)`.",)
    if has == wanted - 1 and wanted == 3:
        return ("A recurrent or 1-D layer takes (batch, steps, features): `x = x[..., None]` for one feature per step; a layer before it needs `return_sequences=True`.",)
    if has < wanted:
        return ("Add the axis that is missing: `x[None]` or `.batch(32)` for the batch, `x[..., None]` for channels or features.",)
    return ("Take the axis away that is too much: `Flatten()` or a global pooling before Dense, `np.squeeze(x, axis=-1)` for one of length 1; a batch of batches is batched twice.",)


def _shown(met: Arrival) -> str:
    return f"({', '.join('None' if size is None else str(size) for size in met.shape)})" if met.shape else ""


@CHANNEL_MISMATCH.seen_in
def channels(failure: Failure, moment: Moment) -> Witnessed:
    met = arrival(failure)
    if met is not None and met.fault == "channels":
        to = {"1": "`tf.image.rgb_to_grayscale(x)`", "3": "`tf.image.grayscale_to_rgb(x)` from grey, `x[..., :3]` from four"}.get(met.expects, "")
        yield CHANNEL_MISMATCH.found(
            f"pictures of {met.got} channel{'s' * (met.got != '1')} arrive at {_where(met)}, which takes {met.expects}",
            LIKELY,
            stage=Stage.DATA,
            seen={"arrives": _shown(met), "says": first(failure)},
            instead=(
                f"Read the pictures with {met.expects} channel{'s' * (met.expects != '1')} (`channels={met.expects}`, `color_mode=`){f', or convert: {to}' if to else ''}.",
                f"Or build the network for what arrives: the last size of `Input(shape=...)` is {met.got}.",
            ),
        )


@INPUT_SHAPE_MISMATCH.seen_in
def size(failure: Failure) -> Witnessed:
    met = arrival(failure)
    if met is not None and met.fault == "size":
        yield INPUT_SHAPE_MISMATCH.found(
            f"an axis of {met.got} arrives at {_where(met)}, which takes {met.expects}" if met.got else "the sizes of a product do not meet",
            CERTAIN if met.layer else LIKELY,
            stage=Stage.FORWARD,
            seen={"arrives": _shown(met), "says": first(failure)},
            instead=(
                f"If {met.got} is right, build for it: `Input(shape=...)` or the layer's own size with {met.got} in place of {met.expects}.",
                "If it is a surprise, look at what was fed: another number of columns, another picture size, another length of the texts than in training.",
            ),
        )


@INPUT_SHAPE_MISMATCH.seen_in
def reshaped(failure: Failure, moment: Moment) -> Witnessed:
    """Numbers that do not fill a shape within the network."""
    found, keras = _RESHAPED.search(failure.message), _KERAS_RESHAPE.search(failure.message)
    if keras or (found and not meets(failure, moment)):
        yield INPUT_SHAPE_MISMATCH.found(
            f"{found['has']} numbers do not fill a shape of {found['needs']}" if found else "a Reshape asks for another number of values than arrive",
            LIKELY,
            stage=Stage.FORWARD,
            seen={"arrives": (keras["one"] or keras["a"] or "") if keras else "", "asked for": (keras["other"] or keras["b"] or "") if keras else "", "says": first(failure)},
            instead=("Write -1 for the size that follows from the others, and keep the batch axis: `tf.reshape(x, (tf.shape(x)[0], -1))`, `Flatten()`.",),
        )


@TARGET_SHAPE_MISMATCH.seen_in
def reshaped_in_loss(failure: Failure, moment: Moment) -> Witnessed:
    """Numbers that do not fill a shape within the loss."""
    found = _RESHAPED.search(failure.message)
    if found and meets(failure, moment) and not _of_head(failure, found):
        yield TARGET_SHAPE_MISMATCH.found(
            f"{found['has']} values do not fill a shape of {found['needs']} in the loss", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)},
            instead=("Print the shapes of target, output and weights: a loss per sample is expected where one per pixel or step arrives, or the other way round.",),
        )  # fmt: skip


def _of_head(failure: Failure, found: re.Match[str]) -> bool:
    """Whether the output of a detection head is reshaped."""
    nodes = re.findall(r"node ([^\s}]+)", failure.message)
    return any(map(_HEADS.search, nodes)) or (int(found["has"]) >= _MAPS and any(map(_LOSS.search, nodes)))


@CLASS_COUNT_MISMATCH.seen_in
def head_reshaped(failure: Failure) -> Witnessed:
    """The channels of a detection head are anchors times (classes + 5): with another number of classes they do not divide."""
    found = _RESHAPED.search(failure.message)
    if found and _of_head(failure, found):
        yield CLASS_COUNT_MISMATCH.found(
            f"a head of {found['has']} values does not divide into {found['needs']}",
            LIKELY,
            stage=Stage.LOSS,
            seen={"says": first(failure)},
            instead=("Count the channels of the last layer: anchors of the scale times (classes + 5). The class list, the configuration and the weights must name one number.",),
        )


@SKIP_CONNECTION_SHAPE_MISMATCH.seen_in
def joined(failure: Failure, moment: Moment) -> Witnessed:
    """Feature maps that are to be concatenated or added."""
    found, met = _JOINED.search(failure.message), pair(failure)
    maps = met is not None and met.kind == "elements" and len(met.labels) == len(met.output) and len(met.labels) in (3, 4, 5)
    if found and moment.stage is not Stage.LOSS:
        what = f"{found['one']} and {found['other']}" if found["one"] else (found["shapes"] or "").strip()[:60]
        yield _apart(f"feature maps of {what} are to be joined" if what else "feature maps of several sizes are to be joined", failure)
    elif met and maps and not meets(failure, moment) and moment.stage in (Stage.FORWARD, Stage.SETUP, None) and (met.labels[:1] == met.output[:1] or len(met.labels) == 3) and met.labels != met.output:
        yield _apart(f"feature maps of {_of(met.output)} and {_of(met.labels)} are to be joined", failure)


def _apart(headline: str, failure: Failure) -> Draft:
    return SKIP_CONNECTION_SHAPE_MISMATCH.found(
        headline,
        LIKELY,
        stage=Stage.FORWARD,
        seen={"says": first(failure)},
        instead=(
            "Take input sizes that halve as often as the network pools (a multiple of 32 for five times), or crop or pad one side: `Cropping2D`, `ZeroPadding2D`.",
            "With `padding='valid'` each convolution takes a border away: `padding='same'` keeps the size.",
        ),
    )


def _of(sizes: tuple[int | None, ...]) -> str:
    return "x".join("?" if size is None else str(size) for size in sizes)


@INPUT_SHAPE_MISMATCH.seen_in
def elements(failure: Failure, moment: Moment) -> Witnessed:
    """Two operands within the network, with nothing that tells more."""
    met = pair(failure)
    if met is not None and met.kind == "elements" and not meets(failure, moment) and moment.stage in (Stage.FORWARD, Stage.SETUP, None) and not met.labels[1:] == met.output[1:] == ():
        yield INPUT_SHAPE_MISMATCH.found(
            f"an operation meets {_of(met.output)} and {_of(met.labels)}", POSSIBLE, stage=Stage.FORWARD, seen={"says": first(failure)}
        )


sayings(INPUT_RANK, (
    (r"Shape must be (?:at least |at most )?rank (?P<expects>\d+) but is rank (?P<got>\d+) for", "a tensor of {got} axes stands where {expects} are needed"),
    (r"(?:[Ii]nput|[Cc]onvolution input|[Tt]ensor_in|out_backprop) must be (?P<expects>\d)-dimensional:? ?(?P<got>\[[\d,]*\])", "{got} stands where {expects} axes are needed"),
    (r"slice index (?P<index>-?\d+) of dimension 0 out of bounds", "an axis {index} is asked for that the tensor does not have"),
    (r"In\[0\] (?:is not a matrix|and In\[1\] (?:ndims must|has different ndims)|ndims must be >= 2)|input must be at least 2-?[dD]|Kernel shape must have the same length as input", "a layer gets another number of axes than it takes"),
    (rf"(?:inputs|`input_shape`) (?:should|must) have rank (?P<expects>\d)[^\n]*?(?P<got>{SHAPE})?", "a layer takes {expects} axes"),
    (r"Dimension must be (?P<expects>\d) but is (?P<got>\d) for [^\n]*ranspose", "a transposition names {got} axes where {expects} are"),
    (r"convolution requires lhs and rhs ndim to be equal, got (?P<got>\d) and (?P<expects>\d)", "a convolution of {expects} axes gets {got}"),
), stage=Stage.FORWARD)  # fmt: skip

sayings(INPUT_SHAPE_MISMATCH, (
    (r"Initializer expected to generate shape (?P<got>\([^)]*\)) but got shape (?P<expects>\([^)]*\)) instead for parameter \"?(?P<name>\w+)\"?", "the parameter `{name}` is {expects}, the input asks for {got}"),
    (r"Shapes used to initialize variables must be fully-defined|Cannot broadcast mask with shape|mask shape [^\n]{0,60}(?:not compatible|does not match)", "a size that a layer needs is not known or does not fit"),
    (r"The last dimension of the inputs to a `?Dense`? (?:layer )?should be defined", "a Dense layer gets an input whose last size is not known"),
    (r"The channel dimension of the inputs (?:should|to `?\w+`?) (?:be|should be) defined|The shape of the input to \"Flatten\" is not fully defined", "the size of an input is not known where a layer needs it"),
    (r"dot_general requires (?:contracting|lhs batch) dimensions (?:and rhs batch dimensions )?to have (?:the same|equal) shape, got (?P<got>[(\[][^)\]]*[)\]]) and (?P<expects>[(\[][^)\]]*[)\]])", "{got} meets {expects} in a product"),
    (r"(?:If your data is in the form of symbolic tensors|RNN|When using `?stateful=True`? in)[^\n]*batch_?(?:input_)?shape", "a stateful layer needs a fixed batch size"),
    (r"In a stateful network, you should only pass inputs with a number of samples that can be divided by the batch size", "a stateful network meets a batch of another size"),
    (r"conv_general_dilated lhs feature dimension size[^\n]*must (?:equal|divide)[^\n]*", "a convolution gets another number of channels than it was built for"),
))  # fmt: skip

sayings(NEGATIVE_DIMENSION, (
    (r"Negative dimension size caused by subtracting (?P<kernel>\d+) from (?P<size>\d+) for", "a window of {kernel} meets a feature map of {size}"),
    (rf"Computed output size would be (?:zero or )?negative\.? Received: `?inputs?[._]shape=(?P<arrives>{SHAPE})`?,.{{0,20}}(?:kernel|pool)[ _]\w+=(?P<kernel>{SHAPE})", "a window of {kernel} meets {arrives}: nothing would be left"),
    (r"Computed output size would be (?:zero or )?negative|dimensions in the output (?:shape )?is <= 0 due to downsampling|output dimensions? (?:are|is) (?:zero or )?negative", "nothing would be left of the feature map"),
    (r"Expected output spatial shape to be positive|Stride [^\n]*larger than input", "nothing would be left of the feature map"),
), CERTAIN, Stage.SETUP, (
    "Count: each pooling halves the picture, each 3x3 convolution without padding takes 2 off. Take a larger picture, fewer stages or `padding='same'`.",
    "Look whether channels stand where height and width are expected: `data_format`.",
))  # fmt: skip

