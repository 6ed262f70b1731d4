"""The sentinel: the loss before backward, the gradients after it; a step that is not finite goes under the microscope."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from time import perf_counter
from types import FrameType
from typing import Any

from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.budget import Budget
from stepscope.collect.torch.microscope.gradients import all_finite, gradients_of, marks_of
from stepscope.collect.torch.microscope.late import READ_LATE, Flag, Shadow
from stepscope.collect.torch.microscope.losses import number_of
from stepscope.collect.torch.microscope.parameters import parameters_of
from stepscope.collect.torch.microscope.random_states import States, distinct, generators_in
from stepscope.collect.torch.microscope.scalers import Scalers
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble

LOSSES = 64
"""Losses that are kept."""
DEAD = 5
"""Losses in a row that are not finite, from which on nobody is taking care of them."""
SEARCHES = 2
"""First steps in which the user's own random generators are looked for."""
DIAGNOSES = 8
"""Steps that are looked at in one run: a run that is lost makes one bad step after the other."""

Look = Callable[[str, float, Any, Any], "bytes | None"]


class Sentinel:
    """What is known of the steps so far, and what to do when one is not finite.

    A step that is not finite is looked at where it is met, while its frames are alive. It is told of once it reaches the weights, or is followed by
    others without a good one between them: a step that the user's own code leaves out (`if not torch.isfinite(norm): continue`), or that a gradient
    scaler skips, is in good hands.
    """

    def __init__(self) -> None:
        self.states = States()
        self.ring: deque[Any] = deque(maxlen=4)
        self.losses: deque[float] = deque(maxlen=LOSSES)
        self._series: dict[Any, deque[float]] = {}
        self.rates: deque[Any] = deque(maxlen=4)
        self.budget = Budget()
        self.look: Look | None = None
        self.told: Callable[[bytes], Any] | None = None
        self.policy = "continue"
        self.reads_late = self.waits_for_cpu = True
        self._held: list[tuple[Any, Any]] = []
        self._before_update: dict[int, list[str]] = {}
        self.repeat: Any = None
        self.scalers = Scalers()
        self._drawn = False
        self._notes_states = True
        self._gradients_read = 0
        self._pending: bytes | None = None
        self._is_lost = False
        self._in_a_row = 0
        self._latest_finite = True
        self._flags: deque[Flag] = deque(maxlen=2)
        self.shadow = Shadow()
        self._diagnoses = 0
        self._searched = 0
        self.backwards = 0
        self.began = perf_counter()
        """When this step began: its batch was drawn, or the step before was over."""

    def begin(self, look: Look, told: Callable[[bytes], Any], policy: str, share: float) -> None:
        """Watch from now on.

        `look` diagnoses a step, `told` is given its diagnosis once it is known that nobody caught it. `policy` says what follows: "continue", "stop"
        or "skip". `share` is the budget.
        """
        self.look, self.told, self.policy = look, told, policy
        self.reads_late, self.waits_for_cpu = policy == "continue", READ_LATE not in os.environ
        self.budget = Budget(share)
        self.backwards = self._gradients_read = 0
        self.losses = deque(maxlen=LOSSES)
        self._series.clear()
        self._flags.clear()
        self.shadow = Shadow()
        self.rates.clear()
        self.ring.clear()
        self._pending, self._is_lost, self._in_a_row, self._diagnoses, self._searched = None, False, 0, 0, 0
        self.states = States()

    def release(self) -> None:
        """Watch nothing any more."""
        self.look = self.told = None

    def drawn(self) -> None:
        """A loader has handed out a batch: where the random generators stand is noted."""
        if self.look is not None:
            self.began = perf_counter()
            self._note_states()
            self._drawn = True

    def _note_states(self) -> None:
        self._notes_states = self.budget.allows()
        if self._notes_states:
            began = perf_counter()
            self.ring.append(self.states.take())
            self.budget.pay_thinned(began)

    def knows_randomness(self) -> bool:
        """Whether the random states that this step began with are at hand: noted, or the same as those noted before."""
        return self._notes_states or (bool(self.ring) and len(distinct([self.ring[-1], self.states.take()])) == 1)

    def may_begin(self) -> None:
        """An optimizer is built: the first step may begin here."""
        if self.look is not None:
            self.ring.append(self.states.take())

    def stepped(self, optimizer: Any) -> None:
        """A step is over. Where no loader says when the next begins, it begins here."""
        while self._held:
            parameter, gradient = self._held.pop()
            parameter.grad = gradient
        if self._is_lost:
            self._updated(optimizer, moved=self._before_update.pop(id(optimizer), None) != marks_of(optimizer))
        if self.look is not None:
            if not self._drawn:
                self.began = perf_counter()
                self._note_states()
            self._drawn = False

    def before(self, loss: Any, frame: FrameType) -> float:
        """The loss as a number; where it is not finite the step is looked at."""
        try:
            value: float = loss.item()
        except RuntimeError:  # a vector
            value = number_of(loss)
        self.backwards += 1
        if self._searched < SEARCHES:
            self._searched += 1
            self.states.watch(generators_in(frame))
        self._latest_finite = value - value == 0
        self.losses = self._series_of(frame)
        if self._latest_finite:
            self.losses.append(value)
        elif self._is_lost:
            self._in_a_row += 1
            if self._in_a_row >= DEAD or not STEPS.optimizers:
                self._confirm()
        elif value != value or not self.scalers.may_overflow(loss):
            self._look_at("loss", value, loss, frame)
        return value

    def _series_of(self, frame: FrameType) -> deque[float]:
        """The losses of this very place in the program: those of a generator and of a critic are two series."""
        outer = frame.f_back or frame
        place = (id(frame.f_code), frame.f_lasti, id(outer.f_code), outer.f_lasti)  # a code object hashes all of its bytecode, each time anew
        try:
            return self._series[place]
        except KeyError:
            return self._series.setdefault(place, deque(maxlen=LOSSES))

    def read_late(self, loss: Any, frame: FrameType) -> None:
        """A loss on an accelerator: that of the step before is read, and this one's flag sent on its way.

        What is found is told of when the next loss is not finite either: else somebody left the step out.
        """
        LOADERS.keeps_two = True
        if not self._flags:
            self.states.watch(sys.modules["torch"].cuda.default_generators)
        value = self._flags[0].read() if self._flags else None
        if value is not None:
            self._flags.popleft()
            self._came_late(value, frame)
        self._flags.append(Flag(loss))

    def _came_late(self, value: float, frame: FrameType) -> None:
        if value - value == 0:
            self.losses.append(value)
            self._is_lost, self._pending = False, None
        elif self._is_lost:
            self._confirm()
        else:
            self._look_at("late", value, None, frame)

    def after(self, loss: Any, value: float, frame: FrameType) -> None:
        """The gradients of a finite loss, as far as the budget goes; always where a bad one is to have no effect."""
        if self._is_lost or not (self.budget.allows() or self.policy != "continue"):
            return
        began = perf_counter()
        bad = not all_finite(gradients_of(STEPS.optimizers))
        self._gradients_read += 1
        self.budget.pay(began)
        self.budget.pay_thinned(began)
        if not bad:
            self.scalers.good()
        elif not self.scalers.skips():
            self._look_at("gradient", value, loss, frame)

    def stepping(self, optimizer: Any) -> None:
        """An optimizer is about to step: what is pending becomes a finding when it reaches the weights."""
        if self.look is None or self.repeat is not None:
            return
        self.rates.append(optimizer.param_groups[0].get("lr"))
        if self._flags:
            self.shadow.keep(parameters_of([optimizer]))
            return
        if not self._is_lost and not (STEPS.knows(optimizer) and self.backwards):
            STEPS.meet(optimizer)
            if not all_finite(gradients_of([optimizer])):
                self._look_at("gradient", self.losses[-1] if self.losses else 0.0, None, sys._getframe(2))
        if not self._is_lost:
            return
        self._before_update[id(optimizer)] = marks_of(optimizer)
        if self.policy != "continue" and not (self._latest_finite and all_finite(gradients_of([optimizer]))):
            self._confirm()
            if self.policy == "skip":
                self._drop(optimizer)

    def _updated(self, optimizer: Any, moved: bool) -> None:
        """Whether a bad step came to the weights: by an update from a loss that was not finite, or from gradients that were not.

        The user's own code may have cleaned the gradients since, or its optimizer refused them.
        """
        if (moved and not self._latest_finite) or not all_finite(parameters_of([optimizer])):
            self._confirm()
        elif all_finite(gradients_of(STEPS.optimizers)) or not moved:
            self._is_lost, self._pending, self._in_a_row = False, None, 0

    @property
    def gradients_read(self) -> float:
        """The share of the backward passes so far whose gradients were looked at: an optimizer is not known before its first step."""
        return min(1.0, (self._gradients_read + 2) / max(self.backwards, 1))

    @property
    def has_found(self) -> bool:
        """Whether a step of this run has been looked at."""
        return self._diagnoses > 0

    def end(self, failed: bool = False) -> None:
        """No more steps follow. What is pending never came to a weight; it is told of where the run failed, or where no optimizer would have shown it."""
        if not failed and STEPS.finished_steps:
            return
        policy, self.policy = self.policy, "continue"
        self._confirm()
        self.policy = policy

    def _look_at(self, met: str, value: float, loss: Any, frame: FrameType) -> None:
        self._is_lost, self._in_a_row = True, 1
        self._before_update = {id(optimizer): marks_of(optimizer) for optimizer in STEPS.optimizers}  # a closure's backward comes within the step
        if self.look is not None and self._diagnoses < DIAGNOSES:
            self._diagnoses += 1
            try:
                self._pending = self.look(met, value, loss, frame)
            except Exception as problem:
                trouble("could not look at a step that is not finite", problem)

    def _confirm(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None and self.told is not None:
            self.told(pending)
            if self.policy == "stop":
                raise SystemExit("stepscope: the run is stopped, because a step is not finite (--on-nonfinite stop)")

    def _drop(self, optimizer: Any) -> None:
        """Let the optimizer's step find no gradient, so that it moves nothing; the gradients come back when it is over."""
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                self._held.append((parameter, parameter.grad))
                parameter.grad = None


SENTINEL = Sentinel()
