"""The weights and buffers of the models in sight, known by the memory that they lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import running, walk_modules
from stepscope.collect.torch.microscope.repeating.operands import storage
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
            held |= self._add(model, variables.get(id(model), "") if len(models) > 1 else "")
        for tensor in parameters:
            self._names.setdefault(storage(tensor), "")

    def _add(self, model: Any, begin: str) -> set[int]:
        held: set[int] = set()
        for below, module, _ in [("", model, None), *walk_modules(model)]:
            path = ".".join(filter(None, (begin, below)))
            stored = stored_attributes(module)
            for name, tensor in [*(stored.get("_parameters") or {}).items(), *(stored.get("_buffers") or {}).items()]:
                if is_tensor(tensor):
                    held.add(storage(tensor))
                    self._names.setdefault(storage(tensor), f"{path}.{name}" if path else name)
        return held

    def take_in(self, stack: Sequence[Entry]) -> None:
        """Also those of a model at work that no frame shows: a teacher within an object of an object. Its name is the one that its caller has for it."""
        for module, _ in running(list(stack))[:1]:
            self._add(module, _name_in(stack, module))

    def __contains__(self, tensor: Any) -> bool:
        return storage(tensor) in self._names

    def is_elsewhere(self, tensor: Any, variable: str) -> bool:
        """Whether this variable holds a model that the tensor is none of: an average of it, a teacher."""
        return storage(tensor) not in self._held.get(variable or "", {storage(tensor)})

    def name(self, tensor: Any) -> str:
        """The weight's path; empty where only the optimizer knows it."""
        return self._names.get(storage(tensor), "")


def _name_in(stack: Sequence[Entry], module: Any) -> str:
    """What the frames call a module: a variable, or an attribute of an object that one holds."""
    variables = [pair for frame, _, _ in reversed(stack) if is_users(frame.f_code.co_filename) for pair in list(frame.f_locals.items())]
    for name, value in variables:
        if value is module and name != "self":
            return name
        found = next((attribute for attribute, held in list(stored_attributes(value).items()) if held is module), None)
        if found is not None:
            return found
    return ""
