"""How the sentinel is told of steps: every backward pass goes by it, and so does every step of an optimizer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from types import FrameType
from typing import Any

from stepscope.collect.torch import sites
from stepscope.collect.torch.microscope.watching.leaves import left_by
from stepscope.collect.torch.microscope.watching.losses import loss_inside, loss_of, number_of, plain_reader, transform_test
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
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


def _before_step(optimizer: Any, args: Any, kwargs: Any) -> Any:
    if sites.is_compiling():
        return None
    try:
        SENTINEL.stepping(optimizer, args, kwargs)
        if SENTINEL.intervenes:
            return _with_closure(optimizer, args, kwargs)
    except Exception as problem:
        trouble("could not look at a step", problem)
    except BaseException as exception:
        unseen(exception)
        raise
    return None


def _with_closure(optimizer: Any, args: Any, kwargs: Any) -> Any:
    """What `step` is given, its closure followed: Lightning computes loss and gradients within the step of every optimizer. None where there is no closure."""
    if callable(kwargs.get("closure")):
        return args, {**kwargs, "closure": _followed(kwargs["closure"], optimizer)}
    if len(args) > 1 and callable(args[1]):
        return (args[0], _followed(args[1], optimizer), *args[2:]), kwargs
    return None


def _followed(closure: Callable[[], Any], optimizer: Any) -> Callable[[], Any]:
    @wraps(closure)
    def following() -> Any:
        try:
            loss = closure()
        except BaseException as exception:
            unseen(exception)
            raise
        SENTINEL.computed(optimizer)
        return loss

    return following


def _after_step(optimizer: Any, _: Any, __: Any) -> None:
    if SENTINEL.repeat is not None or sites.is_compiling():
        return
    began = perf_counter()
    STEPS.finished(optimizer, SENTINEL.budget.brief > 0)
    try:
        SENTINEL.stepped(optimizer, began)
    except Exception as problem:
        trouble("could not look at a step", problem)


def _watched(original: Any, weighs: bool) -> Any:
    is_transformed = transform_test()
    plain_number = plain_reader(is_transformed)

    @wraps(original)
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if sites.is_compiling():
            return original(tensors, *args, **kwargs)
        loss = tensors
        value = None
        if SENTINEL.repeat is not None:
            loss = loss_of(tensors, args, kwargs, is_transformed, weighs)
            return _again(loss, tensors, lambda: original(tensors, *args, **kwargs), sys._getframe(1))
        try:
            if SENTINEL.look is not None:
                if SENTINEL.budget.brief and SENTINEL.glances(value := plain_number(tensors), sys._getframe(1)):
                    result = original(tensors, *args, **kwargs)
                    if SENTINEL.gradients.glimpse.shows_bad():
                        _over(tensors, value, sys._getframe(1), result)
                    return result
                began = 0.0 if SENTINEL.budget.brief else perf_counter()
                loss = loss_of(tensors, args, kwargs, is_transformed, weighs)
                loss, value = _before(loss, tensors, args, sys._getframe(1), began, weighs)
            result = original(tensors, *args, **kwargs)
            _over(loss, value, sys._getframe(1), result)
        except BaseException as exception:
            unseen(exception)
            raise
        return result

    return backward


def _before(loss: Any, tensors: Any, args: Any, frame: FrameType, began: float, trains: bool) -> tuple[Any, float | None]:
    """The loss, and where it is finite and has been read, its number."""
    if loss is None:
        return _inside(tensors, args, frame)
    try:
        if SENTINEL.flags.wait_for(loss):
            SENTINEL.read_late(loss, frame)
            return loss, None
        value = SENTINEL.before(loss, frame, trains)
    except Exception as problem:  # a tensor of a kind that cannot be read (meta, fake, a subclass of the user's own)
        trouble("could not look at the loss", problem)
        return loss, None
    if value - value != 0:
        return loss, None
    if began:
        SENTINEL.budget.pay(began)
    return loss, value


def _inside(tensors: Any, args: Any, frame: FrameType) -> tuple[Any, float | None]:
    """The loss of a function transform, where it is one number, and that number where it is finite, and its gradients are the program's to take."""
    try:
        loss = loss_inside(tensors)
        if loss is not None:
            value = SENTINEL.inside(loss, frame, args[0] if args and isinstance(args[0], (list, tuple)) else ())
            return loss, value if value - value == 0 and not SENTINEL.gradients.has_optimizer else None
    except Exception as problem:
        trouble("could not look at the loss of a function transform", problem)
    return None, None


def _over(loss: Any, value: float | None, frame: FrameType, handed: Any) -> None:
    """A backward is over: where its loss is finite its gradients are looked at, as far as the budget goes."""
    if value is None:
        _after_bad(loss)
    elif SENTINEL.looks_after():
        try:
            SENTINEL.after(loss, value, frame, handed or ())
        except Exception as problem:
            trouble("could not look at the gradients", problem)


def _after_bad(loss: Any) -> None:
    """The backward is over of a loss that is not finite; of one on an accelerator that is not known yet."""
    if SENTINEL.pending.is_open and loss is not None and not SENTINEL.flags.wait_for(loss):
        try:
            SENTINEL.pending.left(left_by(loss))
        except Exception as problem:
            trouble("could not look at the gradients", problem)


def _again(loss: Any, tensors: Any, proceed: Callable[[], Any], frame: FrameType) -> Any:
    """A backward of a step that is being repeated."""
    loss = loss_inside(tensors) if loss is None else loss
    return proceed() if loss is None else SENTINEL.repeat.backward(loss, number_of(loss), proceed, frame)
