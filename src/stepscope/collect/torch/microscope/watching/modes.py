"""What is read of a step is read behind the back of the program's own modes, patches and tensor classes, which count, print or trace every operator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any


def outside_modes() -> AbstractContextManager[Any]:
    """A context without the modes that would see each operator: counters of operations, tracers, fake tensors. Those that only place new tensors on a device stay."""
    return _without_modes() if _are_any() else nullcontext()


def _are_any() -> bool:
    core = sys.modules["torch"]._C
    return bool(core._len_torch_dispatch_stack() or core._len_torch_function_stack())


@contextmanager
def _without_modes() -> Iterator[None]:
    core = sys.modules["torch"]._C
    dispatched = [core._pop_torch_dispatch_stack(None) for _ in range(core._len_torch_dispatch_stack())]
    called = [core._pop_torch_function_stack() for _ in range(core._len_torch_function_stack())]
    kept = [mode for mode in reversed(called) if type(mode).__name__ == "DeviceContext"]
    try:
        for mode in kept:
            core._push_on_torch_function_stack(mode)
        yield
    finally:
        for _ in kept:
            core._pop_torch_function_stack()
        for mode in reversed(called):
            core._push_on_torch_function_stack(mode)
        for mode in reversed(dispatched):
            core._push_on_torch_dispatch_stack(mode)


def item_of(tensor: Any) -> float:
    """The one number of a tensor, read by PyTorch's own method: `Tensor.item` may be one of the user's that counts or forbids such reads."""
    item = sys.modules["torch"]._C.TensorBase.item
    if not _are_any():
        return item(tensor)  # type: ignore[no-any-return]
    with _without_modes():
        return item(tensor)  # type: ignore[no-any-return]


def holds_values(tensor: Any) -> bool:
    """Whether the numbers of a tensor are at hand: a meta tensor has none, a class with a dispatch of its own (fake, traced) sees who asks. Of one that is spread over ranks its own part is."""
    kind, plain = type(tensor), sys.modules["torch"].Tensor
    own_dispatch = kind is not plain and getattr(kind, "__torch_dispatch__", None) is not plain.__torch_dispatch__
    return not (own_dispatch and not kind.__module__.startswith("torch.distributed.")) and not tensor.is_meta
