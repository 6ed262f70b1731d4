"""How the sentinel is told of steps: every backward pass goes by it, and so does every step of an optimizer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from types import FrameType
from typing import Any

from stepscope.collect.torch.microscope.losses import number_of, several, vector_loss, weights_of
from stepscope.collect.torch.microscope.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import unseen


def watch_backward(module: Any) -> None:
    """`Tensor.backward`, scalers, closures and frameworks all come through these two functions of `torch.autograd`."""
    module.backward, module.grad = _watched(module.backward, True), _watched(module.grad, False)


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


def _after_step(optimizer: Any, args: Any, kwargs: Any) -> None:
    if SENTINEL.repeat is not None:
        return
    began = perf_counter()
    STEPS.finished(optimizer, args, kwargs)
    try:
        SENTINEL.stepped(optimizer)
        SENTINEL.budget.pay(began)
    except Exception as problem:
        trouble("could not look at a step", problem)


def _watched(original: Any, weighs: bool) -> Any:
    """The same function. `weighs` says that a vector that it is given is a loss: what `torch.autograd.grad` is given may be anything."""

    @wraps(original)
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if SENTINEL.repeat is not None:
            return _again(_loss(tensors, weighs, args, kwargs), lambda: original(tensors, *args, **kwargs), sys._getframe(1))
        began = perf_counter()
        loss = _loss(tensors, weighs, args, kwargs) if SENTINEL.look is not None else None
        value = _before(loss, sys._getframe(1)) if loss is not None else None
        if value is not None and value - value != 0:
            value = None
        elif value is not None:
            SENTINEL.budget.pay(began)
        try:
            result = original(tensors, *args, **kwargs)
        except BaseException as exception:
            unseen(exception)
            raise
        if value is not None:
            _after(loss, value, sys._getframe(1))
        return result

    return backward


def _before(loss: Any, frame: FrameType) -> float | None:
    try:
        if SENTINEL.reads_late and not (loss.is_cpu and SENTINEL.waits_for_cpu):
            SENTINEL.read_late(loss, frame)
            return None
        return SENTINEL.before(loss, frame)
    except Exception as problem:  # a tensor of a kind that cannot be read (meta, fake, a subclass of the user's own)
        trouble("could not look at the loss", problem)
        return None


def _after(loss: Any, value: float, frame: FrameType) -> None:
    try:
        SENTINEL.after(loss, value, frame)
    except Exception as problem:
        trouble("could not look at the gradients", problem)


def _again(loss: Any, proceed: Callable[[], Any], frame: FrameType) -> Any:
    """A backward of a step that is being repeated."""
    return proceed() if loss is None else SENTINEL.repeat.backward(loss, number_of(loss), proceed, frame)


def _loss(tensors: Any, weighs: bool, args: Any, kwargs: Any) -> Any:
    """What is differentiated: one number, or of several losses the one to look at."""
    tensor = tensors[0] if isinstance(tensors, (list, tuple)) and len(tensors) == 1 else tensors
    try:
        plain = tensor.numel() == 1 and tensor.is_floating_point() and not sys.modules["torch"]._C._functorch.is_functorch_wrapped_tensor(tensor)
        return tensor if plain else vector_loss(tensor, weights_of(args, kwargs)) if weighs else None
    except AttributeError:
        return several(tensors, weights_of(args, kwargs) if weighs else None)
    except Exception:  # something that the original will refuse
        return None
