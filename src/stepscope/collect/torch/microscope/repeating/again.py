"""In a forked child: the failed step is run again, by the user's own code, until it fails again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from stepscope.collect.owner import is_users
from stepscope.collect.source import entries
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.forked.isolation import NotHere
from stepscope.collect.torch.microscope.repeating.aim import Aim, bound_loss, names_at
from stepscope.collect.torch.microscope.repeating.names import hidden, names_of, with_batch
from stepscope.collect.torch.microscope.repeating.raised import refused
from stepscope.collect.torch.microscope.repeating.rest import rests
from stepscope.collect.torch.microscope.repeating.units import Unit, units
from stepscope.collect.torch.microscope.watching.losses import handed_back, number_of, outside_transforms
from stepscope.collect.torch.tensors import same_values

STATES = 3
"""States of the random generators that are tried for one unit, the latest first."""


class Untouched(BaseException):
    """What was run again computes no loss of its own."""


class Enough(BaseException):
    """The repeat came to where it was meant to come."""


class Attempt(NamedTuple):
    """A unit, and the state of the random generators that it begins with.

    `others` is the number of the first attempt with the unit to follow where this one raises, `outside` that of the first in another frame.
    """

    number: int
    unit: Unit
    state: Any
    others: int
    outside: int


class Repeat:
    """One attempt under way: it is told of each backward, and says what became of it."""

    def __init__(self, aim: Aim, births: Any, gradients: Callable[[], list[Any]]) -> None:
        self.aim = aim
        self.births = births
        self.gradients = gradients
        self.failed: list[Any] = []
        """The gradients that the step itself has left, where they are not finite."""
        self.carried: list[Any] = []
        """What objects hold that a step has computed."""
        self.state: list[tuple[Any, Any]] = []
        """What the step writes over, with the numbers that each run of it begins with."""
        self.computed = self.is_over = False
        self.loss_was_finite = True
        self.likeness = ""
        self.targets: list[Any] = []
        self.value = 0.0
        self.calls = 0

    def backward(self, loss: Any, value: float, proceed: Callable[[], Any], frame: FrameType | None) -> Any:
        """A backward of the repeated code. Raises Enough where this is the one that failed, Untouched where nothing was computed anew."""
        if self.is_over:  # the user's own `except` or `finally` has gone on
            raise Enough
        if self.aim.loss is not None and loss is self.aim.loss():
            raise Untouched
        self.computed = True
        self.calls += 1
        self.value, finite = value, value - value == 0
        if self.aim.met in ("loss", "late") and not finite:
            self._reached(value, [loss], frame)
        result = proceed()
        if self.aim.met == "gradient" and (found := self.bad(result)):
            self._reached(value, found, frame)
        return result

    def bad(self, result: Any) -> list[Any]:
        """The gradients that are not finite after a backward with this result."""
        if not self.aim.handed:
            return self.gradients()
        with outside_transforms():
            return [gradient for gradient in handed_back(result or ()) if not bool(gradient.isfinite().all())]

    def stepping(self) -> None:
        """An optimizer of the repeated code is about to step. Raises Enough where its gradients were finite after each backward, or none was seen (`torch.func.grad`)."""
        if self.births is not None and self.aim.met == "gradient" and self.aim.loss is None and (found := self.gradients()):
            self.computed, self.loss_was_finite = True, self.calls > 0
            self.likeness, self.targets = self._likeness_of(found), found
            self._end()

    def ended(self) -> None:
        """What is repeated came to its end."""

    def _likeness_of(self, gradients: list[Any]) -> str:
        """How near a repeat came to the step's loss, and to its gradients too: what is done to them may hang on those of other backwards."""
        alike = len(gradients) == len(self.failed) and all(map(same_values, gradients, self.failed))
        told = self.aim.likeness(self.value, {}) if self.calls else "near"
        return told if alike or told == "other" else "near"

    def _reached(self, value: float, targets: list[Any], frame: FrameType | None) -> None:
        self.likeness = self.aim.likeness(value, names_at(frame))
        self.value, self.targets = value, targets
        self._end()

    def _end(self) -> NoReturn:
        self.is_over = True
        raise Enough

    def bound(self, loss: Any, value: float, frame: FrameType) -> bool:
        """What was repeated raised between its loss, which this frame holds, and the backward (a metric is sent off there). Whether that is enough."""
        if value - value == 0:
            return False
        self.computed, self.likeness = True, self.aim.likeness(value, names_at(frame))
        self.value, self.targets = value, [loss]
        return True


class Proof(Repeat):
    """The same attempt with other samples in the place of those that are suspected: is the same backward finite now?

    `outcome` is "finite", "not finite", or empty where it did not come that far.
    """

    def __init__(self, repeat: Repeat) -> None:
        super().__init__(repeat.aim, None, repeat.gradients)
        self.state = repeat.state
        self.until = repeat.calls
        self.outcome = ""

    def backward(self, loss: Any, value: float, proceed: Callable[[], Any], frame: FrameType | None) -> Any:
        """Let the backwards before it pass."""
        self.calls += 1
        if self.calls < self.until:
            return proceed()
        finite = value - value == 0
        if finite and self.aim.met == "gradient":
            finite = not self.bad(proceed())
        self.outcome = "finite" if finite else "not finite"
        return self._end()

    def bound(self, loss: Any, value: float, frame: FrameType) -> bool:
        """The loss tells, whatever it is."""
        self.outcome = "finite" if value - value == 0 else "not finite"
        return True

    def ended(self) -> None:
        """Where the step has raised, and this time nothing did: a function of the user's that a trainer calls holds no backward."""
        if self.aim.raised is not None:
            self.outcome = "finite"


def attempts(stack: Sequence[Entry], states: Sequence[Any], rest: bool = False) -> Iterator[Attempt]:
    """What can be tried, the smallest first; the order is the same in every child of one parent. With `rest` only the last statements of each part."""
    chosen = list(states)[::-1][: 1 if rest else STATES] or [None]
    found = rests(stack) if rest else list(units(stack))
    for place, unit in enumerate(found):
        after = next((later for later in range(place, len(found)) if found[later].frame is not unit.frame), len(found))
        for number, state in enumerate(chosen, place * len(chosen)):
            yield Attempt(number, unit, state, _otherwise(found, place) * len(chosen), after * len(chosen))


def _otherwise(found: Sequence[Unit], place: int) -> int:
    """What to try where this unit raised: a library's functions are given what is not finite already, so all of them would raise."""
    if found[place].loop is not None or is_users(found[place].frame.f_code.co_filename):
        return place + 1
    others = (later for later in range(place + 1, len(found)) if found[later].loop is not None or is_users(found[later].frame.f_code.co_filename))
    return next(others, len(found))


def run(attempt: Attempt, repeat: Repeat, put_back: Callable[[Any], None], batch: Any = None) -> str:
    """Run one attempt, with another batch in the place of the loader's where one is given.

    Gives "reached", "untouched", "nothing went wrong", or why it did not come that far.
    """
    torch = sys.modules["torch"]
    if attempt.state is not None:
        put_back(attempt.state)
    for tensor, numbers in repeat.state:
        tensor.copy_(numbers)
    with ExitStack() as instruments:
        instruments.enter_context(torch.enable_grad())
        if repeat.births is not None:
            instruments.enter_context(repeat.births)
        try:
            attempt.unit.run(_names(attempt, batch, instruments))
            repeat.ended()
        except (Enough, Untouched):
            pass
        except BaseException as exception:
            if not (repeat.is_over or _has_loss(exception, repeat)):
                return str(exception) if isinstance(exception, NotHere) else _after(exception, repeat)
    if repeat.targets:
        return "reached"
    return "nothing went wrong" if repeat.computed else "untouched"


def _names(attempt: Attempt, batch: Any, instruments: ExitStack) -> dict[str, Any]:
    if batch is None:
        return names_of(attempt.unit)
    try:
        return with_batch(attempt.unit, batch)
    except NotHere:
        instruments.enter_context(hidden(batch))
        return names_of(attempt.unit)


def _has_loss(exception: BaseException, repeat: Repeat) -> bool:
    found = bound_loss(repeat.aim, list(entries(exception.__traceback__)))
    return found is not None and repeat.bound(found[0], number_of(found[0]), found[1])


def _after(exception: BaseException, repeat: Repeat) -> str:
    """The user's own check raised: where it is the same check, the repeat has come to its end."""
    aim = repeat.aim
    if aim.raised is not None:
        stack = list(entries(exception.__traceback__))
        if any((type(exception).__name__, frame.f_code.co_filename, line) == aim.raised for frame, line, _ in stack):
            if isinstance(repeat, Proof):
                repeat.outcome = "not finite"
                return "reached"
            repeat.computed = True
            repeat.likeness = aim.likeness(aim.value, names_at(stack[-1][0]))
            repeat.targets = refused(stack, repeat.births, aim.raised[0])
            repeat.value = aim.value
            return "reached" if repeat.targets else "nothing went wrong"
    repeat.computed = True
    return f"it raised {type(exception).__name__}: {str(exception)[:200]}"
