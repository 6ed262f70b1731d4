"""In the child: the stage of the step at which an operator ran, where its frames alone do not tell it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from types import FrameType
from typing import Any

from stepscope.collect.failure import frame_of
from stepscope.collect.torch.layers import running
from stepscope.collect.torch.microscope.tracing.births import Birth
from stepscope.collect.torch.stages import stage_of_frames
from stepscope.collect.torch.tensors import tensors_in
from stepscope.evidence import Frame, Stage

COMPARES = 2
"""Arguments that a loss has at least: what the model says, and what it should have said (or another view)."""
_CALLS = ("_wrapped_call_impl", "_call_impl")
"""The functions of torch that a module is called through."""


def stage_in_step(birth: Birth, frames: tuple[Frame, ...], births: Any, weights: Container[Any]) -> Stage:
    """The stage of the operator: outside of any module, what goes through the model prepares the batch, and what does not is the loss.

    What a weight has had a part in is no batch any more, nor is what the step writes into one (an average of weights, a code's centres).
    """
    told = stage_of_frames(frames)
    if any(frame.name == "_call_impl" for frame in frames) or told in (Stage.AUGMENT, Stage.DATA, Stage.COLLATE):
        return Stage.LOSS if told in (None, Stage.FORWARD) and _in_criterion(birth, births) else told or Stage.FORWARD
    if any(_in_model(later) for later in _made_of(birth, births)):
        is_batch = any(_in_model(later) for later in _made_of(birth, births, weights))
        return Stage.FORWARD if told == Stage.FORWARD or birth.of_weights or not is_batch else Stage.AUGMENT
    return Stage.LOSS


def _in_criterion(birth: Birth, births: Any) -> bool:
    """Whether an operator ran in a module of the user's that is a loss, whatever it is called.

    Such a module is called by itself, compares what the model has made with something else, and neither has weights nor hands on to what has some.
    """
    module, frame = _called(birth)
    if frame is None:
        return False
    given = [found for name in frame.f_code.co_varnames[1 : frame.f_code.co_argcount] if (found := tensors_in(frame.f_locals.get(name)))]
    if len(given) < COMPARES or not any(tensor.grad_fn is not None for found in given for tensor in found):
        return False
    return not _has_weights(module) and not any(_met_weights(later) for later in _made_of(birth, births))


def _has_weights(module: Any) -> bool:
    return next(iter(module.parameters()), None) is not None


def _met_weights(birth: Birth) -> bool:
    """Whether an operator met a weight, or ran in a module that has some (they may be frozen)."""
    module, frame = _called(birth)
    return any(link.tensor.requires_grad and link.tensor.is_leaf for link in birth.links) or (frame is not None and _has_weights(module))


def _called(birth: Birth) -> tuple[Any, FrameType | None]:
    """The outermost module that was called when an operator ran, and the frame of its `forward`; a trainer that is a module itself is not called."""
    found = running(birth.stack)
    called = next((module for module, frame in found if frame.f_code.co_name in _CALLS), None)
    return called, next((frame for module, frame in found if module is called and frame.f_code.co_name not in _CALLS), None)


def _made_of(birth: Birth, births: Any, but: Container[Any] = ()) -> Iterator[Birth]:
    """What the forward pass made of it later: `loss = criterion(net(x.log()), y)` is a line of the loss, and the `log` is not. What it wrote into tensors of `but` is left out."""
    made = {id(birth)}
    for later in births.births[birth.order + 1 :]:
        if later.node is None and any(id(link.source) in made for link in later.links) and later.output not in but:
            made.add(id(later))
            yield later


def _in_model(birth: Birth) -> bool:
    """Whether an operator met a weight, or ran in a module that is no loss."""
    if any(link.tensor.requires_grad and link.tensor.is_leaf for link in birth.links):
        return True
    if not any(entry[0].f_code.co_name == "_call_impl" for entry in birth.stack):
        return False
    return stage_of_frames(tuple(frame_of(*entry) for entry in birth.stack)) != Stage.LOSS
