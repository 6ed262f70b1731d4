"""While a step is repeated in place: what it writes over (a batch, a state that is carried along) is kept before, and put back when it is over."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from stepscope.collect.torch.microscope.repeating.operands import changed, storage, tensors


class Undone(TorchDispatchMode):  # type: ignore[misc]
    """Keeps the tensors that were there before, each as it was before an operator first writes over it.

    Their versions are put back too: the backward of the step itself is still to come, and refuses tensors that were written over since.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[tuple[Any, Any, Any]] = []
        self._seen: set[Any] = set()
        self._made: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        written = changed(func, args, kwargs)
        for tensor in written:
            self._keep(tensor)
        output = func(*args, **kwargs)
        if not func._schema.is_mutable and not any(argument.alias_info for argument in func._schema.arguments):
            self._made.update(map(storage, tensors(output)))
        return output

    def _keep(self, tensor: Any) -> None:
        place = storage(tensor)
        key = place, tensor.storage_offset(), tensor.shape, tensor.stride()
        if place not in self._made and key not in self._seen:
            self._seen.add(key)
            self._kept.append((tensor, tensor.detach().clone(), torch.autograd._unsafe_preserve_version_counter(tensor)))

    def put_back(self) -> None:
        """The last first: of two parts of one tensor the first was kept as it was."""
        for tensor, value, version in reversed(self._kept):
            tensor.data.copy_(value)
            version.__exit__()
