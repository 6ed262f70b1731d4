"""The lines that change a tensor in place, told from the source of the functions that took part in the step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from types import CodeType

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.syntax import assignments, frame_at, function_of, own_nodes, user_modules
from stepscope.evidence import Frame, OwnBackward, Written

_TENSOR = re.compile(r"modified by an inplace operation: \[\S+ \[(?P<shape>[\d, ]*)\]\](?:, which is output \d+ of (?P<op>\w+?)(?:Backward\d*)?,)?")
_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "mm"}
_NAMESPACES = {"torch", "F", "nn.functional", "torch.nn.functional", "nn.init", "init"}
_VIEWS = {"T", "Transpose", "AsStrided", "View", "Permute"}
_UNLIKE = {"zero_", "requires_grad_", "clip_grad_norm_", "unscale_", "share_memory_", "detach_", "retain_grad_", "step_"}
_OWN = re.compile(r"[Ff]unction (?P<name>\w+?)Backward returned an? (?:invalid|incorrect)|index (?P<index>\d+)")


def written_of(stack: list[Entry], exception: BaseException) -> Written | None:
    """The in-place changes that fit autograd's words; None where these are about something else."""
    found = _TENSOR.search(str(exception))
    if found is None:
        return None
    shape = [int(size) for size in found["shape"].split(",") if size.strip()]
    codes = list(_codes(stack))
    if _is_parameter(shape, found["op"], stack):
        steps = tuple(_steps(stack))
        if steps:
            return Written(steps, optimizer=True)
    changes = [change for code in codes for change in _changes(code)]
    fitting = [frame for makers, frame in changes if found["op"] and found["op"].lower() in makers]
    return Written(tuple(dict.fromkeys(fitting or [frame for _, frame in changes])))


def own_backward_of(exception: BaseException) -> OwnBackward | None:
    """The user's autograd.Function that autograd refused the gradients of, and the line that makes them."""
    words = list(_OWN.finditer(str(exception)))
    name = next((word["name"] for word in words if word["name"]), None)
    if name is None:
        return None
    index = next((int(word["index"]) for word in words if word["index"]), None)
    for module in user_modules():
        kind = vars(module).get(name)
        backward = vars(kind).get("backward") if isinstance(kind, type) else None
        code = getattr(getattr(backward, "__func__", backward), "__code__", None)
        if code is not None:
            return OwnBackward(name, _returned(code, index))
    return None


def _returned(code: CodeType, index: int | None) -> Frame | None:
    """The line that makes the returned gradient of this number, or the line that returns them."""
    function = function_of(code)
    returns = [n for n in own_nodes(function) if isinstance(n, ast.Return) and n.value is not None] if function else []
    if function is None or not returns or returns[-1].value is None:
        return None
    value: ast.expr = returns[-1].value
    if index is not None and isinstance(value, ast.Tuple) and index < len(value.elts):
        value = value.elts[index]
    made = assignments(function, value.id) if index is not None and isinstance(value, ast.Name) else []
    line = getattr(made[-1][0], "lineno", 0) if made else returns[-1].lineno
    return frame_at(code.co_filename, line, code.co_name)


def _codes(stack: list[Entry]) -> Iterator[CodeType]:
    """The user's functions on the stack, and the methods of the models' own classes."""
    kinds = [type(module) for model in models(stack) for module in (model, *(m for _, m, _ in walk_modules(model)))]
    methods = [getattr(method, "__code__", None) for kind in dict.fromkeys(kinds) for method in vars(kind).values()]
    codes = [frame.f_code for frame, _, _ in stack[::-1]] + [code for code in methods if code is not None]
    yield from (code for code in dict.fromkeys(codes) if is_users(code.co_filename))


def _changes(code: CodeType) -> Iterator[tuple[set[str], Frame]]:
    """The lines of a function that change something in place, each with the operations that made what is changed."""
    function = function_of(code)
    if function is None:
        return
    for node in own_nodes(function):
        target = _changed(node)
        if target is not None and not _counts(function, ast.unparse(target)):
            makers = {_maker(value) for _, value in assignments(function, ast.unparse(target))}
            yield makers, frame_at(code.co_filename, getattr(node, "lineno", 1), code.co_name)


def _changed(node: ast.AST) -> ast.expr | None:
    """What a statement or call changes in place; None where it changes nothing."""
    match node:
        case ast.AugAssign(target=ast.Subscript(value=target)) | ast.Assign(targets=[ast.Subscript(value=target)]):
            return target
        case ast.AugAssign(target=target):
            return target
        case ast.Call(func=ast.Attribute(value=target, attr=name)) if name.endswith("_") and not name.endswith("__") and name not in _UNLIKE:
            return node.args[0] if ast.unparse(target) in _NAMESPACES and node.args else target
        case ast.Call(args=[target, *_], keywords=keywords) if any(k.arg == "inplace" and ast.unparse(k.value) == "True" for k in keywords):
            return target
    return None


def _maker(value: ast.expr) -> str:
    """Autograd's name for the operation that an expression ends with, in small letters."""
    match value:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name.replace("_", "").lower()
        case ast.BinOp(op=operator):
            return _OPERATORS.get(type(operator), "")
    return ""


def _counts(function: ast.AST, name: str) -> bool:
    """Whether a name begins as a plain number or text: a counter, not a tensor."""
    return any(isinstance(value, (ast.Constant, ast.List)) for node, value in assignments(function, name) if isinstance(node, ast.Assign))


def _is_parameter(shape: list[int], op: str | None, stack: list[Entry]) -> bool:
    if op is not None and op not in _VIEWS:
        return False
    modules = [module for model in models(stack) for module in (model, *(m for _, m, _ in walk_modules(model)))]
    held = [p for m in modules for p in (stored_attributes(m).get("_parameters") or {}).values() if p is not None]
    return any(list(p.shape) in (shape, shape[::-1]) for p in held)


def _steps(stack: list[Entry]) -> Iterator[Frame]:
    """The optimizer steps that stand before the backward that failed, the nearest first."""
    for frame, line, _ in stack[::-1]:
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        found = [
            node for node in own_nodes(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and node.func.attr == "step" and node.lineno < line and "sched" not in ast.unparse(node.func.value).lower()
        ] if function is not None else []  # fmt: skip
        yield from (frame_at(frame.f_code.co_filename, node.lineno, frame.f_code.co_name) for node in found[::-1])
