"""What modules carry from step to step beside their weights, such as the running averages of a batch norm: a step that is dropped leaves none of it NaN."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

from stepscope.collect.torch.microscope.watching.modes import holds_values, outside_modes

LARGE = 1 << 16
"""Elements from which on a buffer is no average of anything, but a table."""


class Averages:
    """Copies of the modules' floating-point buffers as the last update left them. Only a run that drops bad updates pays for them."""

    def __init__(self) -> None:
        self._modules: list[weakref.ref[Any]] = []
        self._kept: list[tuple[weakref.ref[Any], list[tuple[str, Any, int]]]] = []
        self.is_complete = False
        """Whether no module was built since they were looked for: there may be an optimizer for each weight."""

    def find(self) -> None:
        """Look for the modules that have such buffers, where new ones may be: an optimizer is built, so its model stands."""
        if self.is_complete:
            return
        self.is_complete = True
        kind = sys.modules["torch"].nn.Module
        self._modules = [weakref.ref(one) for one in gc.get_objects() if issubclass(type(one), kind) and are_readable(one.__dict__.get("_buffers"))]
        self.keep()

    def keep(self) -> None:
        """Copy them as they are."""
        with outside_modes():
            self._kept = [(reference, [(name, buffer.clone(), buffer._version) for name, buffer in _averages_of(reference())]) for reference in self._modules]

    def put_back(self, parameters: Sequence[Any] = ()) -> None:
        """Give the modules that have one that is not finite any more, or hold one of these parameters, their values of the last update.

        A batch that spoils a variance may leave the mean beside it finite, and far off. A copy of the model (an average of its weights) may have been brought
        up to date since, and keeps what it has; so does a finite one that somebody else has written since (a checkpoint was loaded): a norm's own averaging
        counts no version.
        """
        moved = set(map(id, parameters))
        for reference, kept in self._kept:
            module = reference()
            now = dict(_averages_of(module))
            spoiled = {name for name, buffer in now.items() if not _is_finite(buffer)}
            holds = any(id(own) in moved for own in getattr(module, "_parameters", {}).values())
            for name, value, version in kept if spoiled or holds else ():
                buffer = now.get(name, value)
                if buffer.shape == value.shape and (name in spoiled or buffer._version == version) and _is_finite(value):
                    buffer.data.copy_(value)  # of no version: an optimizer may step within the backward that has saved the buffer


def are_readable(buffers: Any) -> bool:
    """Whether a module has buffers, and they have values that can be read and written: those of a lazy module, on the meta device or made for inference have not."""
    is_lazy = sys.modules["torch"].nn.parameter.is_lazy
    held = [buffer for buffer in (buffers or {}).values() if buffer is not None]
    return bool(held) and not any(is_lazy(buffer) or not holds_values(buffer) or buffer.is_inference() for buffer in held)


def _averages_of(module: Any) -> Iterator[tuple[str, Any]]:
    """The buffers of a module (None: it is gone) that may be averages."""
    for name, buffer in getattr(module, "_buffers", {}).items():
        if buffer is not None and buffer.is_floating_point() and buffer.numel() < LARGE:
            yield name, buffer


def _is_finite(buffer: Any) -> bool:
    return bool(buffer.isfinite().all())
