"""How the sentinel is told of steps: every backward pass goes by it, and so does every step of an optimizer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from types import FrameType
from typing import Any

from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import unseen


def watch_backward(module: Any) -> None:
    """`Tensor.backward`, scalers, closures and frameworks all come through these two functions of `torch.autograd`."""
    module.backward, module.grad = _watched(module.backward), _watched(module.grad)


def watch_scalers(kind: Any) -> None:
    """Note which gradient scalers are built."""

    def __new__(cls: Any, *_: Any, **__: Any) -> Any:
        scaler = object.__new__(cls)
        SENTINEL.scalers.note(scaler)
        return scaler

    kind.__new__ = __new__


def watch_steps(module: Any) -> None:
    """The public hooks before and after the step of any optimizer."""
    module.register_optimizer_step_pre_hook(_before_step)
    module.register_optimizer_step_post_hook(_after_step)


def _before_step(optimizer: Any, _: Any, __: Any) -> None:
    try:
        SENTINEL.stepping(optimizer)
    except Exception as problem:
        trouble("could not look at a step", problem)


def _after_step(optimizer: Any, _: Any, __: Any) -> None:
    if SENTINEL.repeat is not None:
        return
    began = perf_counter()
    STEPS.finished(optimizer)
    try:
        SENTINEL.stepped(optimizer, began)
    except Exception as problem:
        trouble("could not look at a step", problem)


def _watched(original: Any) -> Any:
    is_transformed = _is_transformed()

    @wraps(original)
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if SENTINEL.repeat is not None:
            return _again(tensors, lambda: original(tensors, *args, **kwargs), sys._getframe(1))
        value = loss = None
        if SENTINEL.look is not None:
            began = perf_counter() if SENTINEL.budget.is_measured else 0.0
            loss = _loss(tensors, is_transformed)
            value = _before(loss, sys._getframe(1), began) if loss is not None else None
        try:
            result = original(tensors, *args, **kwargs)
        except BaseException as exception:
            unseen(exception)
            raise
        if value is not None and SENTINEL.looks_after():
            _after(loss, value, sys._getframe(1))
        return result

    return backward


def _before(loss: Any, frame: FrameType, began: float) -> float | None:
    """A loss that is finite and has been read, as a number."""
    try:
        if SENTINEL.reads_late and not (loss.is_cpu and SENTINEL.waits_for_cpu):
            SENTINEL.read_late(loss, frame)
            return None
        value = SENTINEL.before(loss, frame)
    except Exception as problem:  # a tensor of a kind that cannot be read (meta, fake, a subclass of the user's own)
        trouble("could not look at the loss", problem)
        return None
    if value - value != 0:
        return None
    if began:
        SENTINEL.budget.pay(began)
    return value


def _after(loss: Any, value: float, frame: FrameType) -> None:
    try:
        SENTINEL.after(loss, value, frame)
    except Exception as problem:
        trouble("could not look at the gradients", problem)


def _again(tensors: Any, proceed: Callable[[], Any], frame: FrameType) -> Any:
    """A backward of a step that is being repeated."""
    loss = _loss(tensors, _is_transformed())
    return proceed() if loss is None else SENTINEL.repeat.backward(loss, loss.item(), proceed, frame)


def _is_transformed() -> Callable[[Any], bool]:
    """What tells a tensor of a `torch.func` transform, whose value is not at hand."""
    from torch._C import _functorch

    known: Callable[[Any], bool] = _functorch.is_functorch_wrapped_tensor
    return known


def _loss(tensors: Any, is_transformed: Callable[[Any], bool]) -> Any:
    """The one number that is differentiated."""
    tensor = tensors[0] if isinstance(tensors, (list, tuple)) and len(tensors) == 1 else tensors
    try:
        return tensor if tensor.numel() == 1 and tensor.is_floating_point() and not is_transformed(tensor) else None
    except Exception:  # several losses, or something else that the original will refuse
        return None
