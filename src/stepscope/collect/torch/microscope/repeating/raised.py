"""What an exception, or an exit, over NaN and infinity was about: the aim of its repeat, and the tensors to follow back."""

from __future__ import annotations

import re
import weakref
from collections.abc import Container, Iterator, Sequence
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.aim import Aim, names_at
from stepscope.collect.torch.microscope.repeating.conditions import Condition, condition_of
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.watching.losses import number_of
from stepscope.collect.torch.tensors import is_tensor

EXIT = "SystemExit"
"""What is raised where a program ends itself."""
_NOT_FINITE = re.compile(r"nan\b|\binf(inite|inity)?\b|(?<!de)finite\b|isinf|diverge|explod|satisfy the constraint", re.IGNORECASE)
"""Words of a check for NaN and infinity."""
_NOT_IN_RANGE = re.compile(r"between 0 and 1\b|positive-definite|ill-conditioned|invalid numeric entries", re.IGNORECASE)
"""Words of a library's check of values that NaN fails too: of a binary cross-entropy, a factorisation, an assignment (scipy)."""
_OUT_OF_SUPPORT = "found invalid values"
"""Words of a distribution that was given values which none of it can be: NaN, infinities, and finite ones too."""
_BY_ANOMALY_MODE = re.compile(r"returned nan values in its \d+th output")


def aim_of(stack: Sequence[Entry], raised: str, words: str) -> Aim | None:
    """What a repeat has to come to; None where the exception was about something else."""
    users = [entry for entry in stack if is_users(entry[0].f_code.co_filename)]
    if not users:
        return None
    if _BY_ANOMALY_MODE.search(words) and (loss := _differentiated(stack)) is not None:
        return Aim("gradient", number_of(loss), weakref.ref(loss), names_at(users[-1][0]))
    frame, line, _ = users[-1]
    below = stack[stack.index(users[-1]) :]
    condition = condition_of(users[-1], raised == EXIT)
    value = next(_broken_numbers(below), None) if _NOT_FINITE.search(f"{words} {condition.text}") else None
    if value is None and _OUT_OF_SUPPORT in words:
        value = next(_broken_numbers(below[1:]), None)
    if value is None and (condition.compares or _NOT_IN_RANGE.search(words)):
        value = next((float("nan") for tensor in _asked(below, condition) if bool(tensor.isnan().any())), None)
    return Aim("raise", value, None, names_at(frame), (raised, frame.f_code.co_filename, line)) if value is not None else None


def refused(stack: Sequence[Entry], births: Any, raised: str) -> list[Any]:
    """The tensors that are not finite and made the code of this stack raise: what a library was given, else the last single number, else what the check names.

    Of what a library holds those with a NaN count, where there is one: the infinities beside it may be a mask's.
    """
    users = [place for place, entry in enumerate(stack) if is_users(entry[0].f_code.co_filename)]
    if births is None or not users:
        return []
    below = stack[users[-1] + 1 :]
    given = [*_named(below), *_shared(below, births)]
    numbers = [birth.output for birth in births.births[::-1] if birth.output.numel() == 1 and birth.node is None][:1]
    return [one for one in given if bool(one.isnan().any())] or given or numbers or list(_asked(stack[users[-1] :], condition_of(stack[users[-1]], raised == EXIT)))


def _differentiated(stack: Sequence[Entry]) -> Any:
    """The finite loss whose backward was under way."""
    for frame, _, _ in reversed(stack):
        for value in list(frame.f_locals.values()):
            if is_tensor(value) and value.numel() == 1 and value.grad_fn is not None and bool(value.isfinite()):
                return value
    return None


def _asked(stack: Sequence[Entry], condition: Condition) -> Iterator[Any]:
    """The broken tensors of all of the library's frames, and of the user's frame above them those that its condition names."""
    yield from _named(stack[1:])
    yield from _named(stack[:1], condition.names)


def _named(stack: Sequence[Entry], names: Container[str] | None = None) -> Iterator[Any]:
    for frame, _, _ in reversed(stack):
        yield from (value for name, value in list(frame.f_locals.items()) if (names is None or name in names) and _is_broken(value))


def _shared(stack: Sequence[Entry], births: Any) -> Iterator[Any]:
    """The broken tensors that these frames name as arrays of numpy over the same memory: metrics and solvers are given `scores.detach().numpy()`."""
    made = {storage(birth.output): birth.output for birth in births.births}
    for frame, _, _ in reversed(stack):
        places = [value.ctypes.data for value in list(frame.f_locals.values()) if type(value).__name__ == "ndarray" and hasattr(value, "ctypes")]
        yield from (made[place] for place in places if place in made)


def _broken_numbers(stack: Sequence[Entry]) -> Iterator[float]:
    """What the frames name that is NaN or infinite: a number, or a tensor that holds one."""
    for frame, _, _ in reversed(stack):
        for value in list(frame.f_locals.values()):
            if isinstance(value, float) and value - value != 0:
                yield value
            elif _is_broken(value):
                yield float("nan") if bool(value.isnan().any()) else float("inf")


def _is_broken(value: Any) -> bool:
    return bool(is_tensor(value) and value.is_floating_point() and value.device.type == "cpu" and not bool(value.isfinite().all()))
