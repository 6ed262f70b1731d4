"""Values of the names in an expression, read from where they are kept without running anything of the user's."""

from __future__ import annotations

import ast
import builtins
import inspect
from types import FrameType, FunctionType, MethodType
from typing import Any

from stepscope.collect.torch.tensors import is_tensor

MISSING = object()
_TENSOR_VIEWS = {"T", "mT", "data"}


def resolve(node: ast.AST, frame: FrameType) -> Any:
    """The value of a name, an attribute chain, a constant or a simple subscript; MISSING for anything that would have to run."""
    match node:
        case ast.Name(id=name):
            return frame.f_locals.get(name, frame.f_globals.get(name, MISSING))
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if isinstance(value, (int, float)):
            return -value
        case ast.Attribute(value=inner, attr=name):
            return attribute(resolve(inner, frame), name)
        case ast.Subscript(value=inner, slice=index):
            return _item(resolve(inner, frame), resolve(index, frame))
    return MISSING


def named(node: ast.AST, values: dict[str, Any]) -> Any:
    """The live object that an expression names among these values and Python's own: a function, a method, a module in a list or dictionary of modules."""
    match node:
        case ast.Name(id=name):
            return values.get(name, vars(builtins).get(name, MISSING))
        case ast.Attribute(value=inner, attr=name):
            owner = named(inner, values)
            found = attribute(owner, name)
            return _method(owner, name) if found is MISSING else found
        case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
            held = stored_attributes(named(inner, values)).get("_modules")
            return held.get(str(key), MISSING) if isinstance(held, dict) else MISSING
    return MISSING


def attribute(value: Any, name: str) -> Any:
    """An attribute that is stored, not computed: from the instance, from a module's tables, or a tensor's view."""
    if value is MISSING:
        return MISSING
    if is_tensor(value):
        return getattr(value, name) if name in _TENSOR_VIEWS else MISSING
    stored = stored_attributes(value)
    if name in stored:
        return stored[name]
    for table in ("_parameters", "_buffers", "_modules"):
        held = stored.get(table)
        if isinstance(held, dict) and name in held:
            return held[name]
    if inspect.ismodule(value):
        return vars(value).get(name, MISSING)
    return MISSING


def stored_attributes(value: Any) -> dict[str, Any]:
    """The instance's dictionary, read past any `__getattr__` of the user's."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def _item(value: Any, index: Any) -> Any:
    if type(value) in (list, tuple, dict) and isinstance(index, (int, str)):
        try:
            return value[index]
        except (LookupError, TypeError):
            return MISSING
    return MISSING


def _method(owner: Any, name: str) -> Any:
    if owner is MISSING or is_tensor(owner):
        return MISSING
    found = inspect.getattr_static(type(owner), name, MISSING)
    if isinstance(found, FunctionType):
        return MethodType(found, owner)
    return found.__func__ if isinstance(found, staticmethod) else MISSING
