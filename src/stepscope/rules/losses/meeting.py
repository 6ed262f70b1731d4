"""What an output and a target that meet in a loss have amiss with each other, decided by their shapes, types and values."""

from __future__ import annotations

from stepscope.evidence import Call, Tensor

INDEXED = ("cross_entropy", "nll_loss", "multi_margin_loss")
PAIRED = (
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div",
    "soft_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "poisson_nll_loss",
)  # fmt: skip

DTYPE, FORMAT, TARGET, OUTPUT, UNITS = (
    "label-dtype", "loss-label-format", "target-shape-mismatch", "output-shape-vs-labels", "output-units-vs-classes",
)  # fmt: skip


def meeting(call: Call) -> tuple[Tensor, Tensor] | None:
    """The output and the target of a loss of PyTorch, None for any other call."""
    output, target = call.operand("input"), call.operand("target")
    if call.function not in INDEXED + PAIRED or output is None or target is None:
        return None
    return output.tensor, target.tensor


def apart(call: Call, amiss: str) -> tuple[Tensor, Tensor] | None:
    """The output and the target of a loss of PyTorch that have this amiss with each other."""
    return meeting(call) if verdict(call) == amiss else None


def verdict(call: Call) -> str | None:
    """The slug of what is amiss between output and target; None where they fit."""
    met = meeting(call)
    if met is None:
        return None
    return _indexed(call.function, *met) if call.function in INDEXED else _paired(*met)


def whole(tensor: Tensor) -> bool:
    """Whether the extremes are whole numbers, as class indices are."""
    return tensor.integral or all(value is not None and value == int(value) for value in (tensor.minimum, tensor.maximum))


def between_0_and_1(tensor: Tensor) -> bool:
    """Whether all values lie between 0 and 1, as those of a one-hot encoding do."""
    return tensor.minimum is not None and tensor.maximum is not None and tensor.minimum >= 0 and tensor.maximum <= 1


def _indexed(loss: str, output: Tensor, target: Tensor) -> str | None:
    """A loss that takes class indices: (N, C, ...) against (N, ...)."""
    o, t = output.shape, target.shape
    if o == t and len(o) > 1:
        soft = loss == "cross_entropy" and not target.integral and target.dtype != "bool"
        return None if soft else FORMAT if between_0_and_1(target) else TARGET
    if len(t) == len(o) > 1:
        return UNITS if o[0] == t[0] and t[1] > 1 and o[2:] == t[2:] and between_0_and_1(target) else TARGET
    if len(t) > len(o):
        return OUTPUT if len(o) == 1 and len(t) == 1 else TARGET
    if t == o[:1] + o[2:] or (len(o) == 1 and not t):
        return None if target.dtype in ("int64", "uint8") else DTYPE
    if len(t) < len(o) - 1 or (t == o[:-1] and len(o) > 2):
        return OUTPUT
    return OUTPUT if len(o) == 1 else TARGET


def _paired(output: Tensor, target: Tensor) -> str | None:
    """A loss that takes one target per output."""
    o, t = output.shape, target.shape
    if o == t:
        return None if target.dtype.startswith(("float", "bfloat", "complex")) else DTYPE
    if _squeezed(o) == _squeezed(t):
        return OUTPUT if len(o) > len(t) else TARGET
    if not o or not t or o[0] != t[0]:
        return TARGET
    if len(o) > 1 and t in (o[:1] + o[2:], (*o[:1], 1, *o[2:])):
        return FORMAT if whole(target) and (target.maximum or 0) >= 2 else UNITS
    columns_differ = (len(t) > 1 and o == t[:1] + t[2:]) or (len(o) == len(t) > 1 and o[2:] == t[2:])
    return UNITS if columns_differ else OUTPUT if len(o) > len(t) else TARGET


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)
