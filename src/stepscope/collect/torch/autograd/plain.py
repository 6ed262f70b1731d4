"""Modules in plain lists and dictionaries, and optimizers whose parameters no model has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import is_module, walk_modules
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.syntax import frame_at, function_of, own_nodes, receiver
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame, OptimizerParameters, PlainModules

_KINDS = (list, tuple, dict)


def plain_modules_of(stack: list[Entry], exception: BaseException) -> PlainModules | None:
    """The plain container with the most parameters among the models in sight; None where the exception asks for none, or no model is in sight."""
    text = str(exception)
    if "empty parameter list" not in text and "same device" not in text and "device type" not in text:
        return None
    roots = models(stack) or [frame.f_locals["self"] for frame, _, _ in stack if is_module(frame.f_locals.get("self"))]
    known = [p for model in roots for p in _parameters(model)]
    registered = {id(p) for p in known}
    found = [one for model in roots for owner in _all(model) for one in _of(owner, registered)]
    none = PlainModules("", "", "", 0, 0, len(registered)) if roots else None
    most = max(found, key=lambda one: one.parameters, default=none)
    return most and replace(most, trainable=sum(bool(p.requires_grad) for p in known))


def optimizer_of(stack: list[Entry]) -> OptimizerParameters | None:
    """The optimizer that was at work when the run stopped, held against the models in sight."""
    for frame, _, _ in stack[::-1]:
        for value in list(frame.f_locals.values()):
            groups = stored_attributes(value).get("param_groups")
            if isinstance(groups, list) and _is_optimizer(value) and all(isinstance(group, dict) for group in groups):
                return _held(value, groups, stack)
    return None


def _held(optimizer: Any, groups: list[dict[str, Any]], stack: list[Entry]) -> OptimizerParameters:
    held = [p for group in groups for p in group.get("params", []) if is_tensor(p)]
    roots = models(stack)
    known = {id(p) for model in roots for p in _parameters(model)}
    return OptimizerParameters(
        kind=type(optimizer).__name__,
        held=len(held),
        known=sum(id(p) in known for p in held),
        gradients=sum(p.grad is not None for p in held),
        models=len(roots),
        line=SITES.of(optimizer),
    )


def _is_optimizer(value: Any) -> bool:
    return any(base.__name__ == "Optimizer" and base.__module__ == "torch.optim.optimizer" for base in type(value).__mro__)


def _all(model: Any) -> Iterator[Any]:
    yield model
    yield from (module for _, module, _ in walk_modules(model))


def _parameters(model: Any) -> Iterator[Any]:
    for module in _all(model):
        yield from (p for p in (stored_attributes(module).get("_parameters") or {}).values() if p is not None)


def _of(owner: Any, registered: set[int]) -> Iterator[PlainModules]:
    for name, value in list(stored_attributes(owner).items()):
        if name.startswith("_") or not isinstance(value, _KINDS):
            continue
        held = [part for part in _flat(value) if is_module(part)]
        loose = [p for module in held for p in _parameters(module) if id(p) not in registered]
        loose += [part for part in _flat(value) if is_tensor(part) and part.requires_grad and part.is_leaf and id(part) not in registered]
        if loose:
            line = _line_of(type(owner), name) or next((SITES.of(m) for m in held), None)
            yield PlainModules(type(owner).__name__, name, type(value).__name__, len(held), len(loose), len(registered), line=line)


def _flat(value: Any) -> list[Any]:
    parts = list(value.values()) if isinstance(value, dict) else list(value)
    return [item for part in parts for item in (part if isinstance(part, (list, tuple)) else (part,))][:2000]


def _line_of(kind: type, name: str) -> Frame | None:
    """The line that makes the container: an assignment to the attribute in a method of the class or of one above it."""
    for base in kind.__mro__:
        for method in vars(base).values():
            code: Any = getattr(method, "__code__", None)
            function = function_of(code) if code is not None and is_users(code.co_filename) else None
            for node in own_nodes(function) if function is not None else ():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
                if any(ast.unparse(target) == f"{receiver(code)}.{name}" for target in targets):
                    return frame_at(code.co_filename, getattr(node, "lineno", 1), code.co_name)
    return None
