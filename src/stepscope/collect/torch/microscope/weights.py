"""The weights and buffers of the models in sight, known by the memory that they lie in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.microscope.operands import storage
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.tensors import is_tensor


class Weights:
    """The weights and buffers of the models in sight, by storage, with their names."""

    def __init__(self, models: Iterable[Any], parameters: Iterable[Any]) -> None:
        self._names: dict[int, str] = {}
        for model in models:
            for path, module, _ in [("", model, None), *walk_modules(model)]:
                stored = stored_attributes(module)
                for name, tensor in [*(stored.get("_parameters") or {}).items(), *(stored.get("_buffers") or {}).items()]:
                    if is_tensor(tensor):
                        self._names.setdefault(storage(tensor), f"{path}.{name}" if path else name)
        for tensor in parameters:
            self._names.setdefault(storage(tensor), "")

    def __contains__(self, tensor: Any) -> bool:
        return storage(tensor) in self._names

    def name(self, tensor: Any) -> str:
        """The weight's path; empty where only the optimizer knows it."""
        return self._names.get(storage(tensor), "")
