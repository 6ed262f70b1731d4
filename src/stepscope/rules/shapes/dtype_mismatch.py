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

from stepscope.evidence import Call, Failure, Flaws, Layer, Operand, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

DTYPE_MISMATCH = Rule(
    "SHP108",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("label-dtype", "loss-label-format", "device-mismatch", "overflow-half", "not-serialisable", "loss-unsuited"),
)

_TYPE = r"[\w.: ]+"
_WORDS = wording(
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
_TWO = wording(r"same dtype.{0,12}? got:? (?P<one>[\w:.]+) (?:!=|and) (?P<other>[\w:.]+)")
_NAMES = {"float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16", "byte": "uint8", "char": "int8"}
_INDICES = wording(r"argument #\d 'indices' to have one of the following scalar types|tensors used as indices must be")
_UNLIKE_DEVICE = wording(r"Input type \((torch\.)(cuda\.)?\w+\) and weight type \((torch\.)(cuda\.)?\w+\)")


@DTYPE_MISMATCH.seen_in
def indices(failure: Failure, call: Call) -> Witnessed:
    """Numbers with a point where an embedding or an index takes whole ones."""
    given = next((operand for operand in call.operands if operand.tensor.dtype.startswith(("float", "bfloat"))), None)
    if not _INDICES.search(failure.message) or given is None:
        return
    ids = given if call.function.startswith("embedding") else next((one for one in call.operands[1:] if one.tensor.dtype.startswith(("float", "bfloat"))), given)
    yield DTYPE_MISMATCH.found(
        f"{ids.tensor.dtype} indices are given to {call.function}, which takes int64",
        seen={"indices": _named(ids), "says": failure.message[:200]},
        instead=(
            "Indices are whole numbers: `.long()` here, or better read them as such: `torch.as_tensor(ids, dtype=torch.int64)`.",
            "A scaled feature is no index: if that is what arrives, it belongs into a `Linear`, or another column is meant.",
        ),
    )


@DTYPE_MISMATCH.seen_in
def layer(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """A layer's weights are of another type than its input."""
    weight = next((own for name, own in layer.parameters.items() if name.startswith("weight")), None)
    given = call.operand("input", "query") or (call.operands[0] if call.operands else None)
    if not _about_types(failure) or weight is None or given is None or given.tensor.dtype == weight.dtype:
        return
    yield DTYPE_MISMATCH.found(
        f"{given.tensor.dtype} arrives at a {layer.kind} that takes {weight.dtype}",
        seen={"arrives": given.tensor, "layer": f"{layer}, {weight.dtype}", "says": failure.message[:200]},
        fix=(f"Convert the input: `.{_METHODS.get(weight.dtype, f'to(torch.{weight.dtype})')}`.",),
    )


@DTYPE_MISMATCH.seen_in
def operands(failure: Failure, call: Call) -> Witnessed:
    """Tensors of different types in one operation, or of a type that it does not take."""
    if not _about_types(failure) or not call.operands:
        return
    types = {operand.tensor.dtype: operand for operand in reversed(call.operands)}
    one, other = (*list(types.values())[::-1], None)[:2]
    told = _told(failure) - {one.tensor.dtype if one else ""}
    if one and (other or len(told) == 1):
        yield DTYPE_MISMATCH.found(
            f"{call.function} meets {one.tensor.dtype} and {other.tensor.dtype if other else min(told)}",
            seen={"one": _named(one), "other": _named(other) if other else min(told), "says": failure.message[:200]},
            fix=(f"Convert one of them: `.to({one.name}.dtype)`, or make both of one type where they are built.",),
        )
    elif one:
        yield DTYPE_MISMATCH.found(
            f"{call.function} does not take {one.tensor.dtype}", Confidence.LIKELY, seen={"tensor": _named(one), "says": failure.message[:200]}
        )


@DTYPE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    if _about_types(failure):
        text = failure.first_line
        yield DTYPE_MISMATCH.found(text, Confidence.LIKELY, seen={"says": failure.message[:300]})


_METHODS = {"float32": "float()", "float64": "double()", "float16": "half()", "int64": "long()"}


def _about_types(failure: Failure) -> bool:
    unlike = _UNLIKE_DEVICE.search(failure.message)
    if unlike and bool(unlike[2]) != bool(unlike[4]):
        return False
    return bool(_WORDS.search(failure.message)) and failure.is_a("RuntimeError", "TypeError", "ValueError", "IndexError", "NotImplementedError")


def _told(failure: Failure) -> set[str]:
    """The two types of which the message says that they differ."""
    found = _TWO.search(failure.message)
    words = [word.strip(".").rpartition("::")[2].rpartition(".")[2].lower() for word in found.groups()] if found else []
    return {_NAMES.get(word, word) for word in words}


def _named(operand: Operand) -> str:
    return f"`{operand.name}`, {operand.tensor}"


@DTYPE_MISMATCH.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: the numbers of some are of another type than those of nearly all others."""
    found = flaws.of("input-type")
    if found:
        yield DTYPE_MISMATCH.found(f"{shown(found[0].file)} {found[0].says}", Confidence.LIKELY, severity=Severity.WARNING, stage=Stage.DATA, places=at_flaws(found))
