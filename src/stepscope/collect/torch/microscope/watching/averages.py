"""What modules carry from step to step beside their weights, such as the running averages of a batch norm: a step that is dropped leaves none of it NaN."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from typing import Any

from stepscope.collect.torch.microscope.watching.modes import outside_modes

LARGE = 1 << 16
"""Elements from which on a buffer is no average of anything, but a table."""


class Averages:
    """Copies of the modules' floating-point buffers as the last update left them. Only a run that drops bad updates pays for them."""

    def __init__(self) -> None:
        self._modules: list[weakref.ref[Any]] = []
        self._kept: list[tuple[weakref.ref[Any], str, Any]] = []
        self.is_complete = False
        """Whether no module was built since they were looked for: there may be an optimizer for each weight."""

    def find(self) -> None:
        """Look for the modules that have such buffers, where new ones may be: an optimizer is built, so its model stands."""
        if self.is_complete:
            return
        self.is_complete = True
        kind = sys.modules["torch"].nn.Module
        self._modules = [weakref.ref(one) for one in gc.get_objects() if issubclass(type(one), kind) and one.__dict__.get("_buffers")]
        self.keep()

    def keep(self) -> None:
        """Copy them as they are."""
        with outside_modes():
            self._kept = [(reference, name, buffer.clone()) for reference, name, buffer in self._buffers()]

    def _buffers(self) -> Iterator[tuple[weakref.ref[Any], str, Any]]:
        for reference in self._modules:
            buffers = getattr(reference(), "_buffers", {})
            for name, buffer in buffers.items():
                if buffer is not None and buffer.is_floating_point() and buffer.numel() < LARGE:
                    yield reference, name, buffer

    def put_back(self) -> None:
        """Give those that are not finite any more their values of the last update."""
        for reference, name, kept in self._kept:
            buffer = getattr(reference(), "_buffers", {}).get(name)
            if buffer is not None and buffer.shape == kept.shape and not bool(buffer.isfinite().all()) and bool(kept.isfinite().all()):
                with sys.modules["torch"].no_grad():
                    buffer.copy_(kept)
