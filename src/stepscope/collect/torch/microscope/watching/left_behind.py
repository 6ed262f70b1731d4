"""What a bad step leaves behind though its update is left out: running averages, which the forward pass itself brings up to date."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.microscope.watching.averages import are_readable
from stepscope.collect.torch.resolve import stored_attributes

_AVERAGES = ("running_mean", "running_var")
"""The buffers of norms; others that are not finite (a mask of -inf) may be meant so."""


class LeftBehind:
    """The averages that were not finite once the step had been met. Whether they still are is asked when its update has been left out: a program may go back to a checkpoint."""

    def __init__(self) -> None:
        self._spoiled: list[tuple[weakref.ref[Any], str, str]] = []
        self._told: set[str] = set()

    def note(self, models: Sequence[Any]) -> None:
        """Look at the norms of these models."""
        self._spoiled = [(weakref.ref(module), name, f"{path}.{name}".lstrip(".")) for model in models for path, module in _norms(model) for name in _spoiled(module)]

    def clear(self) -> None:
        """A new step is met."""
        self._spoiled = []

    def new(self) -> list[str]:
        """Those that are not finite now, as paths in their model; each is told once, as it stays so."""
        found = [path for reference, name, path in self._spoiled if path not in self._told and name in _spoiled(reference())]
        self._told.update(found)
        return found


def _norms(model: Any) -> Iterator[tuple[str, Any]]:
    """The norms of a model that average what goes through them."""
    for path, module in [("", model), *((path, module) for path, module, _ in walk_modules(model))]:
        if stored_attributes(module).get("training"):
            yield path, module


def _spoiled(module: Any) -> list[str]:
    buffers = stored_attributes(module).get("_buffers") or {}
    if not are_readable(buffers):
        return []
    return [name for name in _AVERAGES if buffers.get(name) is not None and not bool(buffers[name].isfinite().all())]
