"""The element types of two tensors do not fit each other, or an operation does not take the type.

Why
---
PyTorch computes with one element type at a time. numpy makes float64, images are uint8, indices are int64, and layers are float32
(or float16 under mixed precision): where two of them meet in one operation, the run stops.

Fix
---
- Convert once, where the data are made: `torch.as_tensor(x, dtype=torch.float32)`, `image.float() / 255`.
- Indices are whole numbers: `.long()`. Convert to the model's type with `x.to(weight.dtype)`.
- Under mixed precision, let `torch.autocast` choose, in place of calls of `.half()` here and there.

Bad
---
    x = torch.from_numpy(np.random.rand(8, 4))      # float64
    nn.Linear(4, 2)(x)

Good
----
    x = torch.from_numpy(np.random.rand(8, 4)).float()
    nn.Linear(4, 2)(x)
"""

import re

from stepscope.evidence import Call, Failure, Layer, Operand, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DTYPE_MISMATCH = Rule(
    "SHP108",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("label-dtype", "loss-label-format", "device-mismatch", "overflow-half", "not-serialisable", "loss-unsuited"),
)

_TYPE = r"[\w.: ]+"
_WORDS = re.compile(
    rf"must have the same dtype, but got {_TYPE}|expected m1 and m2 to have the same dtype|(?:input and weight|Input type \({_TYPE}\) and (?:weight|bias) type)"
    rf"|expected scalar type|[Ee]xpected object of scalar type|Found dtype \w+ but expected|to have one of the following scalar types"
    rf"|tensors used as indices must be|Expected dtype int|Expected self\.dtype to be equal to src\.dtype|expected to have the same dtype"
    rf"|source and destination dtypes match|can't be cast to the desired output type|could not infer output dtype|\" not implemented for '"
    rf"|input must have the type {_TYPE}, got type|Expected query, key,? and value to have the same dtype|expected both vectors to have same dtype"
    rf"|All tensors must have the same dtype|does not match weight dtype|must have the same scalar type|to have the same dtype|mixed dtype \(CPU\)|only supports? (?:boolean|bool) masks?|condition to be a boolean"
    rf"|Only Tensors of floating point and complex dtype can require gradients|can't convert np\.ndarray of type numpy\.object_"
    rf"|(?:Got unsupported ScalarType|unsupported scalarType)|attn_mask dtype to be bool|only Tensors of floating point dtype can require gradients"
    rf"|is not supported for (?:integer|bool|integral) (?:types|tensors)|does not support (?:bool|integer) (?:input|dtype)|Subtraction, the `-` operator, with"
    rf"|Expected (?:a |out )?tensor .*dtype|(?:input|tensor) (?:should|must) be (?:a )?floating[- ]point|[Ee]xpects? floating.point"
)  # fmt: skip
_UNLIKE_DEVICE = re.compile(r"Input type \((torch\.)(cuda\.)?\w+\) and weight type \((torch\.)(cuda\.)?\w+\)")
_WEIGHTS = ("weight", "mat2", "other", "w", "in_proj_weight", "weight_ih")


@DTYPE_MISMATCH.seen_in
def layer(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """A layer's weights are of another type than its input."""
    weight = next((own for name, own in layer.parameters.items() if name.startswith("weight")), None)
    given = call.operand("input", "query") or (call.operands[0] if call.operands else None)
    if not _about_types(failure) or weight is None or given is None or given.tensor.dtype == weight.dtype:
        return
    needs = "int64" if "Embedding" in layer.kind else weight.dtype
    yield DTYPE_MISMATCH.found(
        f"{given.tensor.dtype} arrives at a {layer.kind} that takes {needs}",
        seen={"arrives": given.tensor, "layer": f"{layer}, {weight.dtype}", "says": failure.message[:200]},
        fix=(f"Convert the input: `.{_METHODS.get(needs, f'to(torch.{needs})')}`.",),
    )


@DTYPE_MISMATCH.seen_in
def operands(failure: Failure, call: Call) -> Witnessed:
    """Two tensors of different types in one operation."""
    if not _about_types(failure):
        return
    types = {operand.tensor.dtype: operand for operand in reversed(call.operands)}
    if len(types) > 1:
        one, other = list(types.values())[::-1][:2]
        yield DTYPE_MISMATCH.found(
            f"{call.function} meets {one.tensor.dtype} and {other.tensor.dtype}",
            seen={"one": _named(one), "other": _named(other), "says": failure.message[:200]},
        )
    elif types:
        operand = call.operands[0]
        yield DTYPE_MISMATCH.found(
            f"{call.function} does not take {operand.tensor.dtype}", Confidence.LIKELY, seen={"tensor": _named(operand), "says": failure.message[:200]}
        )


@DTYPE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    if _about_types(failure):
        text = failure.message.strip().splitlines()[0]
        yield DTYPE_MISMATCH.found(text, Confidence.LIKELY, seen={"says": failure.message[:300]})


_METHODS = {"float32": "float()", "float64": "double()", "float16": "half()", "int64": "long()"}


def _about_types(failure: Failure) -> bool:
    unlike = _UNLIKE_DEVICE.search(failure.message)
    if unlike and bool(unlike[2]) != bool(unlike[4]):
        return False
    return bool(_WORDS.search(failure.message)) and failure.is_a("RuntimeError", "TypeError", "ValueError", "IndexError", "NotImplementedError")


def _named(operand: Operand) -> str:
    return f"`{operand.name}`, {operand.tensor}"
