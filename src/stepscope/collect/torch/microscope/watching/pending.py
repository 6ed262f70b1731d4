"""A step that is not finite, from where it is met to the update that shows whether anybody took care of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import get_ident
from typing import TYPE_CHECKING, Any

from stepscope.collect.torch.microscope.watching.averages import Averages
from stepscope.collect.torch.microscope.watching.behind import Behind
from stepscope.collect.torch.microscope.watching.carried import Carried
from stepscope.collect.torch.microscope.watching.dropped import Dropped
from stepscope.collect.torch.microscope.watching.gradients import all_finite, gradients_of, marks_of, readable
from stepscope.collect.torch.microscope.watching.left_behind import LeftBehind
from stepscope.collect.torch.microscope.watching.modes import outside_modes
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.microscope.watching.reach import Reach, is_apart
from stepscope.collect.torch.steps import STEPS

if TYPE_CHECKING:
    from stepscope.evidence import Observation

DEAD = 5
"""Losses in a row that are not finite, from which on nobody is taking care of them."""


class Pending:
    """A bad step's diagnosis, held back until its effect is known.

    It is told of once the step reaches the weights, or is followed by others without a good one between them: a step that the user's own code
    leaves out (`if not torch.isfinite(norm): continue`), or that a gradient scaler skips, is in good hands. What other threads train meanwhile says nothing of it.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._thread = 0
        self._diagnosis: Observation | None = None
        self._told: Callable[[Observation], Any] | None = None
        self.policy = "continue"
        self._in_a_row = 0
        self._left = ""
        self._counts_alone = self._is_asked_for = self.recovers = False
        self._before_update: dict[int, list[str]] = {}
        self._reach, self._carried = Reach(), Carried()
        self._dropped = Dropped()
        self._behind = Behind()
        self.has_dropped = False
        """Whether the bad step's update was dropped, of one optimizer at least."""
        self.averages = Averages()
        self.left_behind = LeftBehind()

    def begin(self, told: Callable[[Observation], Any], policy: str) -> None:
        """From now on `told` is given each diagnosis that is confirmed; `policy` says what follows: "continue", "stop" or "skip"."""
        self._told, self.policy = told, policy
        self.recovers = False
        self.averages, self.left_behind = Averages(), LeftBehind()
        self.dismiss()

    def release(self) -> None:
        """Tell nobody any more."""
        self._told = None

    def built(self) -> None:
        """An optimizer is there, and with it its model."""
        if self.policy == "skip":
            self.averages.find()

    def open(self, counts_alone: bool = True, loss: Any = None, is_over: bool = False) -> None:
        """A step that is not finite has been met, by its `loss` if that is bad; a closure's backward comes within the step, so the weights are marked at once.

        `counts_alone` is false where, without an optimizer, only the next loss shows whether it reached a weight.
        """
        self.is_open, self.has_dropped, self._in_a_row, self._counts_alone, self._left = True, False, 1, counts_alone, ""
        self._thread = get_ident()
        self.left_behind.clear()
        self._carried.clear()
        self._reach.note(loss, is_over)
        self._is_asked_for = not counts_alone and loss is not None and is_apart(loss)
        self._before_update = {id(optimizer): marks_of(optimizer) for optimizer in STEPS.optimizers}

    def diagnosed(self, diagnosis: Observation) -> None:
        """What came of looking at it."""
        self._diagnosis = diagnosis

    def left(self, gradients: str) -> None:
        """A backward from its loss is over, and has left gradients that are "zero" (those of a mean over nothing are), "finite", or neither."""
        self._left = gradients
        if gradients:
            self._carried.note()

    def met_again(self, trains: bool = True, has_optimizer: bool = False, apart: bool = False) -> None:
        """The next loss is not finite either. Where nothing says that its gradients move a weight, or an optimizer's (they are `apart`), only the end of the run shows that no other follows.

        An optimizer that has not stepped yet may be waiting for the scale of the program's own making to come down.
        """
        if self._is_anothers:
            return
        self._in_a_row += 1
        if (self._in_a_row >= DEAD and not apart) if has_optimizer or STEPS.optimizers else trains:
            self.confirm()

    @property
    def counts(self) -> bool:
        """Whether, without an optimizer, it is known to matter: its gradients went to a tensor, or no finite loss followed."""
        return self._counts_alone or self._in_a_row > 1

    def recover(self, has_optimizer: bool, backwards: int) -> None:
        """A loss is finite again, the last of so many, and its backward is over. Without an optimizer, and of gradients that none takes, it shows that no weight was reached: an energy is infinite outside of its support, and the move refused."""
        if not self._is_anothers and (self._is_asked_for or not has_optimizer):
            self.dismiss()
            self.recovers = not has_optimizer
        elif self._left and not self._is_anothers:
            self._carried.added_to(backwards)

    def stepping(self, optimizer: Any, loss_is_finite: bool) -> None:
        """An optimizer's step begins. Before it is interfered with, its own hooks have their turn."""
        if self.policy == "continue":
            self.updating(optimizer, loss_is_finite)
        elif not self._is_anothers:
            self._behind.call(optimizer, lambda: self.updating(optimizer, loss_is_finite))

    def updating(self, optimizer: Any, loss_is_finite: bool) -> None:
        """An optimizer is about to move the weights; under any policy but "continue" a bad update is confirmed, and stopped, before it happens."""
        if self._is_anothers:
            return
        with outside_modes():
            self._dropped.give_back()
            self._before_update[id(optimizer)] = marks_of(optimizer)
            if self.policy == "continue" or self._reach.spares(optimizer):
                return
            if not (loss_is_finite and all_finite(gradients_of([optimizer]))):
                self.confirm()
                self._drop(optimizer)
            elif not self.has_dropped:
                self.averages.put_back()

    def updated(self, optimizer: Any, loss_is_finite: bool) -> None:
        """Whether the bad step came to the weights: by an update from a loss that was not finite, or from gradients that were not.

        The user's own code may have cleaned the gradients since, or its optimizer refused them; where they were zero by themselves nobody did.
        """
        if self._is_anothers:
            return
        self._behind.over()
        with outside_modes():
            self._dropped.give_back()
            moved = self._before_update.pop(id(optimizer), None) != marks_of(optimizer)
            if self._reach.spares(optimizer):
                return
            is_lost = self._reach.has_broken(optimizer) if loss_is_finite else not all_finite(parameters_of([optimizer]))
            if ((moved or self._left == "zero") and not loss_is_finite) or (moved and self._carried.is_certain) or is_lost:
                self.confirm()
            elif self._is_settled(moved, loss_is_finite):
                self.settle()

    def _is_settled(self, moved: bool, loss_is_finite: bool) -> bool:
        """Whether nothing of the bad step is left. One that was dropped is over with the next good one: other optimizers may still come to take its gradients."""
        is_clean = all_finite(gradients_of(STEPS.optimizers))
        return is_clean and loss_is_finite if self.has_dropped else is_clean or not moved

    @property
    def _is_anothers(self) -> bool:
        """Whether the bad step belongs to another thread than this one."""
        return get_ident() != self._thread

    def settle(self) -> None:
        """The update was left out. What the forward pass has averaged may be lost all the same: that is told, and ends no run."""
        if self._diagnosis is not None and (averages := self.left_behind.new()):
            self._diagnosis = _with(self._diagnosis, left_behind=averages[0])
            self.confirm(stops=False)
        self.dismiss()

    def dismiss(self) -> None:
        """Somebody took care of it."""
        self._behind.over()
        self.is_open, self._diagnosis, self._in_a_row = False, None, 0

    def confirm(self, stops: bool = True) -> None:
        """It counts: tell of it, once, and stop the run if that is what was asked for."""
        diagnosis, self._diagnosis = self._diagnosis, None
        if diagnosis is not None and self._told is not None:
            self._told(_with(diagnosis, spared=True) if self._left and not _are_ruined() else diagnosis)
            if stops and self.policy == "stop":
                raise SystemExit("stepscope: the run is stopped, because a step is not finite (--on-nonfinite stop)")

    def _drop(self, optimizer: Any) -> None:
        """Let the optimizer's step move nothing; what the forward pass averaged is put back at once."""
        self.has_dropped = True
        parameters = parameters_of([optimizer])
        self._dropped.drop(optimizer)
        self.averages.put_back(parameters)


def _are_ruined() -> bool:
    """Whether gradients that were finite, and huge, have made weights of no use all the same."""
    from stepscope.evidence.nonfinite import HEAVY

    return any(float(weight.detach().abs().max()) >= HEAVY for weight in readable(parameters_of(STEPS.optimizers)) if weight.numel())


def _with(diagnosis: Observation, **known: Any) -> Observation:
    """A diagnosis with what has shown itself since."""
    from stepscope.evidence import NonFinite

    step = diagnosis.get(NonFinite)
    return diagnosis if step is None else diagnosis.with_(replace(step, **known))
