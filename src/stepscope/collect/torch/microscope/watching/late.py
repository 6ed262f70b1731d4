"""Losses on an accelerator: to read one would make the program wait for it, so a flag is read one step later, and the step is repeated from what was kept of it."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Sequence
from typing import Any

READ_LATE = "STEPSCOPE_READ_LATE"
"""The environment variable with which a loss on the CPU is treated like one on an accelerator (for tests)."""
ROOM = 0.05
"""The share of a device's memory that a copy of the weights may take."""


class Flag:
    """Whether a loss was finite, on its way from the device."""

    def __init__(self, loss: Any) -> None:
        torch = sys.modules["torch"]
        value = loss.detach().float()
        if value.device.type != "cuda":
            self._value, self._arrived = value.clone(), None
            return
        self._value = torch.empty((), dtype=torch.float32, pin_memory=True)
        self._value.copy_(value, non_blocking=True)
        self._arrived = torch.cuda.Event()
        self._arrived.record()

    def read(self) -> float | None:
        """The loss, or None while it is on its way."""
        if self._arrived is not None and not self._arrived.query():
            return None
        return float(self._value.item())


class Flags:
    """The flags that are on their way (`sent`): at most two."""

    def __init__(self) -> None:
        self.sent: deque[Flag] = deque(maxlen=2)
        self.may_wait = True
        """Whether a bad step may be told of after its update."""
        self._cpu_comes_late = READ_LATE in os.environ

    def wait_for(self, loss: Any) -> bool:
        """Whether this loss is to be known a step later only."""
        return self.may_wait and (self._cpu_comes_late or not loss.is_cpu)

    def exchange(self, loss: Any) -> float | None:
        """Send the flag of this loss for that of the one before: its value, or None while it is on its way."""
        value = self.sent[0].read() if self.sent else None
        if value is not None:
            self.sent.popleft()
        self.sent.append(Flag(loss))
        return value


class Shadow:
    """The weights as they were before the latest update, where the device has room for a copy."""

    def __init__(self) -> None:
        self._pairs: list[tuple[Any, Any]] = []
        self._has_room: bool | None = None

    def keep(self, parameters: Sequence[Any]) -> None:
        """Copy the weights, on their own device and without waiting."""
        if self._has_room is None:
            self._has_room = _has_room(parameters)
        if not self._has_room:
            return
        torch = sys.modules["torch"]
        with torch.no_grad():
            if len(self._pairs) != len(parameters) or any(kept is not now for (kept, _), now in zip(self._pairs, parameters, strict=True)):
                self._pairs = [(parameter, parameter.detach().clone()) for parameter in parameters]
            else:
                torch._foreach_copy_([kept for _, kept in self._pairs], [parameter.detach() for parameter, _ in self._pairs])

    def swap(self) -> bool:
        """Exchange the weights for those that were kept; once more puts them back. False where none were kept."""
        with sys.modules["torch"].no_grad():
            for parameter, kept in self._pairs:
                now = parameter.detach().clone()
                parameter.data.copy_(kept)
                kept.copy_(now)
        return bool(self._pairs)


def _has_room(parameters: Sequence[Any]) -> bool:
    torch = sys.modules["torch"]
    needs: dict[Any, int] = {}
    for parameter in parameters:
        needs[parameter.device] = needs.get(parameter.device, 0) + parameter.numel() * parameter.element_size()
    cuda = {device: size for device, size in needs.items() if device.type == "cuda"}
    return all(size <= ROOM * torch.cuda.get_device_properties(device).total_memory for device, size in cuda.items())
