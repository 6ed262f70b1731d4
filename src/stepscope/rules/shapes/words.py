"""The sentences of PyTorch, numpy, scikit-learn, timm and transformers about sizes that do not meet, as they stand in their sources."""

from __future__ import annotations

import re
from math import prod

from stepscope.evidence import Failure, wording

SIZES = tuple(
    wording(form)
    for form in (
        r"shapes cannot be multiplied \(\d+x(?P<got>\d+) and (?P<expects>\d+)x\d+\)",
        r"size mismatch, m1: \[\d+ x (?P<got>\d+)\], m2: \[(?P<expects>\d+) x \d+\]",
        r"size mismatch, got input",
        r"inconsistent tensor size, expected tensor \[(?P<got>\d+)\] and src \[(?P<expects>\d+)\]",
        r"Expected size for first two dimensions of batch2 tensor to be: \[\d+, (?P<got>\d+)\] but got: \[\d+, (?P<expects>\d+)\]",
        r"expected input\[[\d, ]+\] to have (?P<expects>\d+) channels, but got (?P<got>\d+) chan",
        r"running_mean should contain (?P<got>\d+) elements not (?P<expects>\d+)",
        r"weight should contain (?P<got>\d+) elements not (?P<expects>\d+)",
        r"to match num_features \((?P<expects>\d+)\), but got: (?P<got>\d+)",
        r"Given normalized_shape=\[[\d, ]+\], expected input with shape \[[*\d, ]+\], but got input of size ?\[[\d, ]+\]",
        r"Expected weight to be a vector of size equal to the number of channels in input",
        r"Expected number of channels in input to be divisible by num_groups",
        r"input\.size\(-1\) must be equal to input_size\. Expected (?P<expects>\d+), got (?P<got>\d+)",
        r"input has inconsistent input_size: got (?P<got>\d+),? expected (?P<expects>\d+)",
        r"Expected hidden(?:\[\d\])? size \([\d, ]+\), got \[[\d, ]+\]",
        r"hidden\d? has inconsistent hidden_size: got (?P<got>\d+),? expected (?P<expects>\d+)",
        r"Input batch size \d+ doesn't match hidden\d? batch size \d+",
        r"input\d size does not match weight size: got (?P<got>\d+) but expected (?P<expects>\d+)",
        r"expecting embedding dimension of (?P<expects>\d+), but got (?P<got>\d+)",
        r"passed-in embed_dim (?P<expects>\d+) didn't match last dim of query (?P<got>\d+)",
        r"the feature number of src and tgt must be equal to d_model|batch number of src and tgt must be equal",
        r"shape '\[[-\d, ]*\]' is invalid for input of size \d+",
        r"[Pp]rovided sizes \[[-\d, ]+\] don't multiply up to the size of dim",
        r"einsum\(\): (?:subscript|operands do not broadcast|the number of subscripts)[^.\n]*",
        r"matmul: Input operand \d has a mismatch in its core dimension",
        r"shapes \([\d, ]+\) and \([\d, ]+\) not aligned",
        r"cannot reshape array of size \d+ into shape \([-\d, ]+\)",
        r"(?:Input )?(?:image )?(?:size|height|width) \([\d*x., ]+\) doesn't match model",
        r"Wrong image (?:height|width)! Expected (?P<expects>\d+) but got (?P<got>\d+)",
        r"The shape of the \d*D? ?attn_mask is|[Ee]xpect(?:ed|ing) (?:`?key_padding_mask|key_padding_mask shape)|key_padding_mask'?s? shape",
        r"Attention (?:mask|weights) should be of size",
        r"key shape .* does not match value shape",
        r"must have same reduction dim, but got \[[\d, ]*?(?P<got>\d+)\] X \[(?P<expects>\d+)[\d, ]*\]",
    )
)
_BROADCAST = wording(r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)")
_CAT = wording(r"Sizes of tensors must match except in dimension \d+\. (?:Expected size|Got) (\d+) (?:but got size|and) (\d+)")
_EXPANDED = wording(r"expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\) at non-singleton dimension (\d+)")
_NUMPY = wording(r"could not (?:be )?broadcast (?:together with shapes|input array from shape) \(([\d,]*)\) (?:into shape )?\(([\d,]*)\)")
_TARGETS = wording(
    r"Expected input batch_size \((?P<out>\d+)\) to match target batch_size \((?P<target>\d+)\)|multi-target not supported"
    r"|0D or 1D target tensor expected|only batches of spatial targets supported|input and target batch or spatial sizes don't match"
    r"|Expected target size|that is different to the input size|Target size \(.*\) must be the same as input size"
    r"|Size mismatch between tensors"
    r"|Predictions and targets are expected to have the same shape|`preds` and `target` should have the same (?:first dimension|shape)"
    r"|expected to have same (?:number of elements|shape)|y_true and y_pred have different number of output"
)
_LENGTHS = wording(r"Found input variables with inconsistent numbers of samples: \[(?P<lengths>\d+(?:, \d+)+)\]")


def broadcast(failure: Failure) -> tuple[int, int] | None:
    """The two sizes of an elementwise operation that do not meet."""
    found = _BROADCAST.search(failure.message)
    return (int(found[1]), int(found[2])) if found else None


def joined(failure: Failure) -> tuple[int, int] | None:
    """The two sizes of a concatenation that do not meet."""
    found = _CAT.search(failure.message)
    return (int(found[1]), int(found[2])) if found else None


def expanded(failure: Failure) -> tuple[int, int] | None:
    """The place's size and the value's size of an assignment that do not meet."""
    found = _EXPANDED.search(failure.message)
    return (int(found[1]), int(found[2])) if found else None


def arrays(failure: Failure) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The two shapes of a numpy operation that do not meet."""
    found = _NUMPY.search(failure.message)
    if not found:
        return None
    first, second = (tuple(int(size) for size in text.split(",") if size) for text in (found[1], found[2]))
    return first, second


def lists(failure: Failure) -> list[str]:
    """The lengths of the lists that scikit-learn was given, where they differ."""
    found = _LENGTHS.search(failure.message)
    return found["lengths"].split(", ") if found else []


def targets(failure: Failure) -> re.Match[str] | None:
    """What a loss or a metric says of targets that do not fit the outputs; `target` and `out` are their numbers where it tells them."""
    return _TARGETS.search(failure.message)


def about_shapes(failure: Failure) -> bool:
    """Whether the exception is about shapes that do not meet, in any of these words."""
    return (
        any(form.search(failure.message) for form in SIZES)
        or any(reading(failure) for reading in (broadcast, joined, expanded, arrays))
        or bool(_AXES.search(failure.message))
    )


_AXES = wording(
    r"Dimension out of range|too many indices for (?:tensor|array)|shape mismatch: (?:indexing tensors|value tensor)"
    r"|The shape of the mask|number of dimensions|stack expects each tensor to be equal size|must have same number of dimensions"
    r"|1D tensors expected|must be a (?:matrix|[123]D tensor)|Index tensor must have the same number of dimensions|is out of bounds for (?:array|axis)"
    r"|Expected target size|same size|output with shape .* doesn't match the broadcast shape"
)


_RESHAPED = wording(r"shape '\[(?P<shape>-?\d+(?:, -?\d+)*)\]' is invalid for input of size (?P<count>\d+)")


def _fitting(shape: list[int], count: int) -> tuple[int, int] | None:
    """The one axis, and the size for it, with which so many numbers would fill the shape; None where several would do, or none."""
    whole = prod(shape)
    fits = [(axis, count * size // whole) for axis, size in enumerate(shape) if whole > 0 and count * size % whole == 0]
    return fits[0] if len(fits) == 1 else None


def advice_on_lines(message: str) -> tuple[str, ...]:
    """What helps where no layer, but a line of the user's own fixes the size."""
    if found := _RESHAPED.search(message):
        first, *rest = (int(size) for size in found["shape"].split(","))
        each, count = prod(rest), int(found["count"])
        if rest and each > 0 and first > 0 and count % each == 0:
            return (f"{count} numbers are {count // each} rows of {each}: write -1 or `x.shape[0]` for the rows (the last batch of an epoch is often smaller), or load with `drop_last=True`.",)
        if fitting := _fitting([first, *rest], count):
            axis, size = fitting
            return (f"{count} numbers fill this shape with {size} in place of {[first, *rest][axis]} on axis {axis}: give the layer that makes them as many outputs as the shape asks for, or the shape what it makes.",)
        return (f"{count} numbers do not fill this shape: print the shape before this line and take the sizes from it, `x.flatten(1)` for instance.",)
    if "first two dimensions of batch2" in message or "core dimension" in message:
        return ("Where rows are to meet rows, transpose the second one: `a @ b.transpose(-2, -1)`.",)
    if "hidden" in message and "size" in message:
        return ("Make the state for the batch at hand, `torch.zeros(layers, x.shape[0], hidden)`, or load with `drop_last=True`: the last batch is often smaller.",)
    return ()
