"""What arrives at a layer and does not fit it."""

from __future__ import annotations

from stepscope.evidence import Failure, Moment, Stage
from stepscope.rule import Witnessed
from stepscope.rules.images.channel_mismatch import CHANNEL_MISMATCH
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.shapes.input_rank import INPUT_RANK
from stepscope.rules.shapes.input_shape_mismatch import INPUT_SHAPE_MISMATCH
from stepscope.rules.shapes.negative_dimension import NEGATIVE_DIMENSION
from stepscope.rules.tensorflow.reading import SHAPE, Arrival, arrival
from stepscope.rules.tensorflow.sayings import first, sayings


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
    (r"parameter \"(?P<name>\w+)\" in [^\n]{0,80} initializer is expected to generate shape (?P<got>\([^)]*\)), but the existing parameter it received has shape (?P<expects>\([^)]*\))", "the parameter `{name}` is {expects}, the input asks for {got}"),
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
