"""What the failing line of the user's called: a framework's function, Python's own or the user's."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.source import expression, line_text, parse_expression, parse_line, span
from stepscope.collect.torch.calls import Entry, view
from stepscope.collect.torch.resolve import MISSING, named
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Callee


def callee_of(stack: list[Entry]) -> Callee | None:
    """The function that the innermost line of the user's called; None where its name leads to no live object."""
    user = next((entry for entry in stack[::-1] if is_users(entry[0].f_code.co_filename)), None)
    node = _call_at(user) if user else None
    if user is None or node is None:
        return None
    frame = user[0]
    target = _target(node.func, {**frame.f_globals, **frame.f_locals})
    if target is MISSING and isinstance(node.func, ast.Attribute) and is_tensor(owner := view(node.func.value, frame)):
        target = type(owner)
    if target is MISSING:
        return None
    owner = _owner(target)
    module = _module(owner)
    library = module.partition(".")[0]
    code = getattr(inspect.unwrap(owner) if inspect.isfunction(owner) else owner, "__code__", None)
    file = code.co_filename if code else getattr(sys.modules.get(module), "__file__", None) or ""
    user_owned = bool(file) and is_users(file)
    library = "" if user_owned or library in sys.stdlib_module_names else library
    return Callee(ast.unparse(node.func), module, library, user_owned, _signature(getattr(type(target), "forward", target)))


def _call_at(entry: Entry) -> ast.Call | None:
    frame, line, instruction = entry
    file = frame.f_code.co_filename
    node = parse_expression(expression(file, span(frame.f_code, instruction)))
    if node is None:
        tree = parse_line(line_text(file, line, frame))
        node = next((n for n in ast.walk(tree) if isinstance(n, ast.Call)), None) if tree else None
    return node if isinstance(node, ast.Call) else None


def _target(node: ast.expr, values: dict[str, Any]) -> Any:
    """The live function: a method of a tensor or of a framework's object counts as its class's."""
    found = named(node, values)
    if found is MISSING and isinstance(node, ast.Attribute):
        owner = named(node.value, values)
        return MISSING if owner is MISSING else type(owner) if is_tensor(owner) else inspect.getattr_static(type(owner), node.attr, MISSING)
    return found


def _owner(target: Any) -> Any:
    """What tells whose code it is: a function, a class, or the class of an object that is called."""
    if isinstance(target, (classmethod, staticmethod)):
        return target.__func__
    if inspect.isfunction(target) or inspect.isclass(target) or inspect.isbuiltin(target) or inspect.ismethoddescriptor(target):
        return target
    return target.__func__ if inspect.ismethod(target) else type(target)


def _module(owner: Any) -> str:
    """The module of a function, also of one written in C, which tells only its class."""
    for one in (owner, getattr(owner, "__objclass__", None), getattr(owner, "__self__", None)):
        name = getattr(one, "__module__", None)
        if isinstance(name, str):
            return name
    return ""


def _signature(owner: Any) -> str:
    try:
        return str(inspect.signature(owner))[:300]
    except (TypeError, ValueError):
        return ""
