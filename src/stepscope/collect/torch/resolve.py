"""Values of the names in an expression, read from a frame without running anything of the user's."""

from __future__ import annotations

import ast
import inspect
from types import FrameType
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
