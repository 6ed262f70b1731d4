"""The call of the framework that raised, with the tensors and plain arguments that went in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
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
_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul", ast.Pow: "pow",
    ast.FloorDiv: "floor_divide", ast.Mod: "remainder", ast.BitAnd: "bitwise_and", ast.BitOr: "bitwise_or",
}  # fmt: skip


def call_of(stack: list[Entry]) -> Call | None:
    """The call at the innermost frame of a stack (outermost first); None where no tensor took part."""
    if not stack:
        return None
    frame = stack[-1][0]
    if frame.f_code.co_filename.endswith("functional.py") and frame.f_code.co_argcount:
        call = _of_arguments(frame)
    else:
        call = _of_expression(*stack[-1]) or (None if _is_users(stack[-1]) else _of_arguments(frame))
    return call if call is not None and call.operands else _of_outer(stack)


def named_tensors(frame: FrameType) -> dict[str, Any]:
    """The tensors among the local variables of a frame, by name."""
    return {name: value for name, value in frame.f_locals.items() if is_tensor(value)}


def _of_outer(stack: list[Entry]) -> Call | None:
    """The framework function that the user called, where the innermost frame shows no tensor."""
    for outer, inner in zip(stack[-2::-1], stack[:0:-1], strict=False):
        if _is_users(outer) and not _is_users(inner):
            call = _of_expression(*outer)
            return call if call is not None and call.operands else _of_arguments(inner[0])
    return None


def _is_users(entry: Entry) -> bool:
    return is_users(entry[0].f_code.co_filename)


def _of_arguments(frame: FrameType) -> Call:
    """The function that the frame runs, with its own parameters."""
    names = inspect.getargvalues(frame)
    parameters = [*names.args, *([names.varargs] if names.varargs else [])]
    values = [(name, names.locals.get(name)) for name in parameters if name != "self"]
    return _call(frame.f_code.co_name, values)


def _of_expression(frame: FrameType, line: int, instruction: int) -> Call | None:
    """The expression that was being evaluated, its names looked up in the frame."""
    file = frame.f_code.co_filename
    node: ast.AST | None = parse_expression(expression(file, span(frame.f_code, instruction)))
    if node is None:
        tree = parse_line(line_text(file, line, frame))
        node = next((n for n in ast.walk(tree) if isinstance(n, (ast.Call, ast.BinOp))), None) if tree else None
    match node:
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
        yield _value(argument.value if isinstance(argument, ast.Starred) else argument, frame)
    for keyword in node.keywords:
        if keyword.arg:
            yield keyword.arg, _value(keyword.value, frame)[1]


def _value(node: ast.AST, frame: FrameType) -> tuple[str, Any]:
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [resolve(element, frame) for element in node.elts]
        return ast.unparse(node), MISSING if any(value is MISSING for value in values) else values
    return ast.unparse(node), resolve(node, frame)


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
