"""Losses that are not one number: several in one backward, or a vector with a weight for each of its entries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from stepscope.collect.torch.microscope.watching.modes import holds_values, item_of
from stepscope.collect.torch.tensors import is_tensor


def transform_test() -> Callable[[Any], bool]:
    """What tells a tensor of a `torch.func` transform, whose value is not at hand."""
    from torch._C import _functorch

    known: Callable[[Any], bool] = _functorch.is_functorch_wrapped_tensor
    return known


def plain_reader(is_transformed: Callable[[Any], bool]) -> Callable[[Any], float | None]:
    """What reads a loss that is one number of PyTorch's own, on the CPU, where nothing of the program's sees it read; None of any other. It calls no function of ours."""
    torch = sys.modules["torch"]
    own, core, item = torch.Tensor, torch._C, torch._C.TensorBase.item

    def plain_number(loss: Any) -> float | None:
        try:
            if type(loss) is not own or not loss.is_cpu or loss.numel() != 1 or not loss.is_floating_point() or is_transformed(loss):
                return None
            return None if core._len_torch_dispatch_stack() or core._len_torch_function_stack() else item(loss)
        except Exception:  # it is met like any other, and what cannot be read is told there
            return None

    return plain_number


def loss_of(tensors: Any, args: Any, kwargs: Any, is_transformed: Callable[[Any], bool], weighs: bool) -> Any:
    """What is differentiated: one number, or of several losses the one to look at; None where nothing can be read.

    `weighs` says that a vector is a loss: what `torch.autograd.grad` is given may be anything.
    """
    tensor = tensors[0] if isinstance(tensors, (list, tuple)) and len(tensors) == 1 else tensors
    try:
        if tensor.numel() == 1 and tensor.is_floating_point() and not is_transformed(tensor):
            return tensor if holds_values(tensor) else None
        return vector_loss(tensor, weights_of(args, kwargs)) if weighs else None
    except AttributeError:
        return several(tensors, weights_of(args, kwargs) if weighs else None)
    except Exception:  # something that the original will refuse
        return None


def loss_inside(tensors: Any) -> Any:
    """The loss that a function transform differentiates, as the one number that it is; None where it holds one for each sample (`vmap`), or on an accelerator."""
    tensor = plain(tensors[0] if isinstance(tensors, (list, tuple)) and len(tensors) == 1 else tensors)
    return tensor if _is_readable(tensor) and tensor.numel() == 1 else None


def handed_back(gradients: Any) -> list[Any]:
    """Of the gradients that the program is given those that can be read: not those of `vmap`, or on an accelerator."""
    return [gradient for gradient in map(plain, gradients) if _is_readable(gradient)]


def plain(tensor: Any) -> Any:
    """The tensor within those that function transforms have put around it."""
    functorch = sys.modules["torch"]._C._functorch
    while is_tensor(tensor) and functorch.is_gradtrackingtensor(tensor):
        tensor = functorch.get_unwrapped(tensor)
    return tensor


def outside_transforms() -> AbstractContextManager[Any]:
    """A context outside of the function transforms that are under way: within them no tensor may be written over that they have not made."""
    if sys.modules["torch"]._C._functorch.peek_interpreter_stack() is None:
        return nullcontext()
    cleared: AbstractContextManager[Any] = sys.modules["torch._functorch.pyfunctorch"].temporarily_clear_interpreter_stack()
    return cleared


def several(losses: Any, weights: Any) -> Any:
    """Of a list of losses the first that is not finite, else the first; None where they are no losses that can be read without waiting for a device."""
    if not isinstance(losses, (list, tuple)) or not losses or not all(_is_readable(loss) for loss in losses):
        return None
    given = weights if isinstance(weights, (list, tuple)) else [None] * len(losses)
    weighed = [loss if loss.numel() == 1 and weight is None else _weighed(loss, weight) for loss, weight in zip(losses, given, strict=False)]
    if any(loss is None for loss in weighed):
        return None
    return next((loss for loss in weighed if not bool(loss.isfinite().all())), weighed[0])


def vector_loss(loss: Any, weights: Any) -> Any:
    """A vector that is differentiated with weights; None where what is not finite in it has none: the program leaves it out."""
    return _weighed(loss, weights[0] if isinstance(weights, (list, tuple)) and weights else weights) if _is_readable(loss) else None


def number_of(loss: Any) -> float:
    """A loss as one number: of a vector its mean, or what of it is not finite."""
    if loss.numel() == 1:
        return item_of(loss)
    values = loss.detach().reshape(-1)
    bad = values[~values.isfinite()]
    return float(bad[0].item() if bad.numel() else values.double().mean().item())


def weights_of(args: Any, kwargs: Any) -> Any:
    """What `torch.autograd.backward` was given for the entries of its losses."""
    return kwargs.get("grad_tensors", args[0] if args else None)


def _weighed(loss: Any, weight: Any) -> Any:
    if not is_tensor(weight) or weight.shape != loss.shape:
        return None
    bad = ~loss.detach().isfinite()
    left_out = bool(bad.any()) and not bool((bad & (weight.detach() != 0)).any())
    return None if left_out else loss


def _is_readable(loss: Any) -> bool:
    wrapped = sys.modules["torch"]._C._functorch.is_functorch_wrapped_tensor
    return bool(is_tensor(loss) and holds_values(loss) and loss.is_floating_point() and loss.is_cpu and loss.numel() and not wrapped(loss))
