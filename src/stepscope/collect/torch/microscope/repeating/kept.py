"""While a step is repeated in place: attributes and containers that its names lead to are kept before, and put back when it is over."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.steps import STEPS

MOST = 1 << 16
"""Entries of a container up to which it is copied."""


@contextmanager
def kept(stack: Sequence[Entry]) -> Iterator[None]:
    """A counter, a rate that the step has set, a list of losses: what trains on hangs on them.

    Other threads may be filling lists and handing objects over meanwhile: beside them only numbers are put back.
    """
    is_alone = threading.active_count() == 1
    scopes = [(scope, dict(scope)) for scope in _scopes(stack)]
    containers = [(one, one.copy()) for one in _containers(stack)] if is_alone else []
    try:
        yield
    finally:
        for scope, before in scopes:
            if is_alone:
                put_back(scope, before)
            else:
                scope.update({name: value for name, value in before.items() if type(value) in (int, float) and type(scope.get(name)) in (int, float)})
        for one, before in containers:
            _refill(one, before)


def _refill(one: Any, before: Any) -> None:
    """Give a container its entries again; it is never empty meanwhile, as others may read it."""
    if isinstance(one, dict):
        put_back(one, before)
    elif isinstance(one, set):
        one &= before
        one |= before
    elif isinstance(one, list):
        one[:] = before
    else:
        one[...] = before


def put_back(scope: dict[Any, Any], before: dict[Any, Any]) -> None:
    """Bind the names again as they were."""
    for name in set(scope) - set(before):
        del scope[name]
    scope.update(before)


def _scopes(stack: Sequence[Entry]) -> list[dict[str, Any]]:
    """The attributes of the user's objects, and of modules, optimizers and schedulers; and what an optimizer holds of its groups."""
    below = [module for model in models(list(stack)) for module in [model, *(each for _, each, _ in walk_modules(model))]]
    found = [stored_attributes(one) for one in below] + [stored_attributes(one) for one in _values(stack) if _is_kept(type(one))]
    found += [buffers for module in below if (buffers := stored_attributes(module).get("_buffers"))]
    found += [group for optimizer in STEPS.optimizers for group in optimizer.param_groups]
    return list({id(scope): scope for scope in found}.values())


def _containers(stack: Sequence[Entry]) -> list[Any]:
    values = list(_values(stack))
    held = [one for value in values if _is_kept(type(value)) for one in stored_attributes(value).values()]
    return list({id(one): one for one in (*values, *held) if _is_container(one)}.values())


def _is_container(value: Any) -> bool:
    if type(value) in (list, dict, set):
        return len(value) <= MOST
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and value.flags.writeable and value.size <= MOST


def _values(stack: Sequence[Entry]) -> Iterator[Any]:
    """What the names of the user's frames hold; not what Python keeps there of its own (`__builtins__`)."""
    for frame, _, _ in stack:
        if is_users(frame.f_code.co_filename):
            for scope in (frame.f_locals, frame.f_globals):
                yield from [value for name, value in list(scope.items()) if not name.startswith("__")]


def _is_kept(kind: type) -> bool:
    if kind.__module__.startswith("torch.optim"):
        return True
    return is_users(getattr(sys.modules.get(kind.__module__), "__file__", None) or "<unknown>")
