"""The call of the framework that raised, with the tensors and plain arguments that went in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import takewhile
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.source import expression, line_text, parse_expression, parse_line, span
from stepscope.collect.torch.resolve import MISSING, resolve
from stepscope.collect.torch.tensors import is_tensor, tensor_of
from stepscope.evidence import Call, Operand
from stepscope.evidence.call import Setting

Entry = tuple[FrameType, int, int]
OPERANDS = 16
_VIEWS = {"t", "transpose", "permute", "unsqueeze", "squeeze", "detach"}
_DISPATCH = {"_wrapped_call_impl", "_call_impl", "inner", "wrapper", "decorate_context"}
"""Frames that pass any arguments on: they name no operator."""
_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul", ast.Pow: "pow",
    ast.FloorDiv: "floor_divide", ast.Mod: "remainder", ast.BitAnd: "bitwise_and", ast.BitOr: "bitwise_or",
}  # fmt: skip
_OPERATIONS = (ast.Call, ast.BinOp, ast.AugAssign)
INDEX_LOSSES = {"cross_entropy", "nll_loss", "multi_margin_loss"}
"""Losses whose targets are class indices."""
PAIR_LOSSES = {
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div",
    "soft_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "poisson_nll_loss",
}  # fmt: skip
"""Losses that hold each output against a target of the same shape."""


def call_of(stack: list[Entry]) -> Call | None:
    """The innermost call of a stack (outermost first) that shows its tensors; None where no tensor took part.

    It is looked for in the framework's frames and in the user's line that called them, no further out.
    """
    library = list(takewhile(lambda entry: not _is_users(entry), reversed(stack)))
    losses = [entry for entry in library if is_loss_function(entry[0])]
    for entry in [*losses, *library, *stack[::-1][len(library) :][:1]]:
        call = _of_entry(entry)
        if call is not None and call.operands:
            return call
    return None


def is_loss_function(frame: FrameType) -> bool:
    """Whether the frame runs a loss of `torch.nn.functional`, which tells more than the functions it is made of."""
    return frame.f_code.co_name in INDEX_LOSSES | PAIR_LOSSES and frame.f_code.co_filename.endswith("functional.py")


def named_tensors(frame: FrameType) -> dict[str, Any]:
    """The tensors among the local variables of a frame, by name."""
    return {name: value for name, value in frame.f_locals.items() if is_tensor(value)}


def _of_entry(entry: Entry) -> Call | None:
    frame = entry[0]
    if _is_users(entry):
        return _of_expression(*entry)
    if frame.f_code.co_name in _DISPATCH:
        return None
    if frame.f_code.co_filename.endswith("functional.py") and frame.f_code.co_argcount:
        return _of_arguments(frame)
    call = _of_expression(*entry)
    return call if call is not None and call.operands else _of_arguments(frame)


def _is_users(entry: Entry) -> bool:
    return is_users(entry[0].f_code.co_filename)


def _of_arguments(frame: FrameType) -> Call:
    """The function that the frame runs, with its own parameters."""
    names = inspect.getargvalues(frame)
    parameters = [*names.args, *([names.varargs] if names.varargs else [])]
    values = [(name, names.locals.get(name)) for name in parameters if name != "self"]
    return _call(_operator(frame), values)


def _operator(frame: FrameType) -> str:
    """The function's name; for a method of a layer, the layer's class ("LSTM" rather than "check_input")."""
    owner = frame.f_locals.get("self")
    layers = any(base.__name__ == "Module" for base in type(owner).__mro__)
    return type(owner).__name__ if layers and frame.f_code.co_name != "__init__" else frame.f_code.co_name


def _of_expression(frame: FrameType, line: int, instruction: int) -> Call | None:
    """The expression that was being evaluated, its names looked up in the frame."""
    file = frame.f_code.co_filename
    node: ast.AST | None = parse_expression(expression(file, span(frame.f_code, instruction)))
    if node is None:
        tree = parse_line(line_text(file, line, frame))
        node = next((n for n in ast.walk(tree) if isinstance(n, _OPERATIONS)), None) if tree else None
    match node:
        case ast.AugAssign(target=left, op=operation, value=right):
            return _call(_BINARY.get(type(operation), "operator"), [_value(left, frame), _value(right, frame)])
        case ast.Call(func=function):
            return _call(_name(function), list(_arguments(node, frame)))
        case ast.BinOp(left=left, op=operation, right=right):
            return _call(_BINARY.get(type(operation), "operator"), [_value(left, frame), _value(right, frame)])
        case ast.Subscript(value=value, slice=index):
            parts = index.elts if isinstance(index, ast.Tuple) else [index]
            return _call("index", [_value(value, frame), *(_value(part, frame) for part in parts)])
        case ast.Compare(left=left, comparators=others):
            return _call("compare", [_value(part, frame) for part in (left, *others)])
    return None


def _arguments(node: ast.Call, frame: FrameType) -> Iterator[tuple[str, Any]]:
    if isinstance(node.func, ast.Attribute):
        yield _value(node.func.value, frame)
    for argument in node.args:
        if isinstance(argument, (ast.List, ast.Tuple)):
            yield from _elements(argument, frame)
        else:
            yield _value(argument.value if isinstance(argument, ast.Starred) else argument, frame)
    for keyword in node.keywords:
        if keyword.arg:
            yield keyword.arg, _value(keyword.value, frame)[1]


def _elements(node: ast.List | ast.Tuple, frame: FrameType) -> Iterator[tuple[str, Any]]:
    """A list of tensors as its members, as far as they can be named; any other list as one value."""
    values = [_value(element, frame) for element in node.elts]
    if any(is_tensor(value) for _, value in values):
        yield from values
    else:
        yield _value(node, frame)


def _value(node: ast.AST, frame: FrameType) -> tuple[str, Any]:
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [resolve(element, frame) for element in node.elts]
        return ast.unparse(node), MISSING if any(value is MISSING for value in values) else values
    return ast.unparse(node), view(node, frame)


def view(node: ast.AST, frame: FrameType) -> Any:
    """The value of an expression, also of a tensor seen along other axes (`w.t()`): PyTorch makes it without touching a number."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=given, keywords=[]) if name in _VIEWS:
            tensor, axes = view(inner, frame), [resolve(axis, frame) for axis in given]
            if type(tensor).__module__.startswith("torch") and is_tensor(tensor) and all(type(axis) is int for axis in axes):
                try:
                    return getattr(tensor.detach(), name)(*axes)
                except Exception:
                    return MISSING
    return resolve(node, frame)


def _call(function: str, values: list[tuple[str, Any]]) -> Call:
    operands: list[Operand] = []
    settings: dict[str, Setting] = {}
    for name, value in values:
        if is_tensor(value):
            operands.append(Operand(name.removeprefix("self."), tensor_of(value)))
        elif isinstance(value, (list, tuple)) and value and all(is_tensor(item) for item in value):
            operands += [Operand(f"{name}[{i}]", tensor_of(item)) for i, item in enumerate(value)]
        elif isinstance(value, (int, float, str, bool)) or value is None:
            settings[name] = value[:200] if isinstance(value, str) else value
        elif isinstance(value, (list, tuple)) and all(isinstance(item, (int, float, str)) for item in value):
            settings[name] = str(tuple(value))[:200]
    return Call(function, tuple(operands[:OPERANDS]), settings)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return "call"
