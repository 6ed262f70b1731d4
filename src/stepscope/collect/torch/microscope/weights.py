"""The weights and buffers of the models in sight, known by the memory that they lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.microscope.operands import storage
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.tensors import is_tensor


class Weights:
    """The weights and buffers of the models in sight, by storage, with their names.

    Where there are several models, a name begins with the variable (`variables`, by identity) that holds its model.
    """

    def __init__(self, models: Sequence[Any], parameters: Iterable[Any], variables: dict[int, str]) -> None:
        self._names: dict[int, str] = {}
        self._held: dict[str, set[int]] = {}
        for model in models:
            held = self._held.setdefault(variables.get(id(model), ""), set())
            begin = variables.get(id(model), "") if len(models) > 1 else ""
            for below, module, _ in [("", model, None), *walk_modules(model)]:
                path = ".".join(filter(None, (begin, below)))
                stored = stored_attributes(module)
                for name, tensor in [*(stored.get("_parameters") or {}).items(), *(stored.get("_buffers") or {}).items()]:
                    if is_tensor(tensor):
                        held.add(storage(tensor))
                        self._names.setdefault(storage(tensor), f"{path}.{name}" if path else name)
        for tensor in parameters:
            self._names.setdefault(storage(tensor), "")

    def __contains__(self, tensor: Any) -> bool:
        return storage(tensor) in self._names

    def is_elsewhere(self, tensor: Any, variable: str) -> bool:
        """Whether this variable holds a model that the tensor is none of: an average of it, a teacher."""
        return storage(tensor) not in self._held.get(variable or "", {storage(tensor)})

    def name(self, tensor: Any) -> str:
        """The weight's path; empty where only the optimizer knows it."""
        return self._names.get(storage(tensor), "")
