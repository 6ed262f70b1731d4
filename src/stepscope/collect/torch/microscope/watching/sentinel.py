"""The sentinel: the loss before backward, the gradients after it; a step that is not finite goes under the microscope."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Any

from stepscope.collect.torch.forked.undisturbed import undisturbed
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.watching.beginnings import Beginnings
from stepscope.collect.torch.microscope.watching.budget import Budget
from stepscope.collect.torch.microscope.watching.gradient_reads import GradientReads
from stepscope.collect.torch.microscope.watching.late import Flags, Shadow
from stepscope.collect.torch.microscope.watching.losses import handed_back, number_of
from stepscope.collect.torch.microscope.watching.modes import item_of
from stepscope.collect.torch.microscope.watching.parameters import parameters_of
from stepscope.collect.torch.microscope.watching.pending import Pending
from stepscope.collect.torch.microscope.watching.reach import is_apart
from stepscope.collect.torch.microscope.watching.scalers import Scalers
from stepscope.collect.torch.microscope.watching.series import Series
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.trouble import trouble

if TYPE_CHECKING:
    from stepscope.evidence import Observation

DIAGNOSES = 8
"""Steps that are looked at in one run: a run that is lost makes one bad step after the other."""

Look = Callable[[str, float, Any, Any, Any], "Observation"]


class Sentinel:
    """What is known of the steps so far, and what to do when one is not finite: it is looked at where it is met, while its frames are alive.

    `drawn`, `before`, `stepping` and `stepped` are run in every healthy step, and each line of them costs up to a microsecond there: between the kernels
    of a step nothing of ours is left in the processor's cache.
    """

    def __init__(self) -> None:
        self.look: Look | None = None
        self.scalers = Scalers()
        self.pending = Pending()
        self.repeat: Any = None
        """The step that is being repeated, if any."""
        self.gradients = GradientReads()
        self._start(Budget())

    def _start(self, budget: Budget) -> None:
        self.budget = budget
        self.gradients.begin(budget)
        self.beginnings = Beginnings(budget)
        self.series = Series()
        self.shadow = Shadow()
        self.flags = Flags()
        self.follows_closures, self._latest_finite = False, True
        self.backwards = self.transforms = self._diagnoses = 0

    def begin(self, look: Look, told: Callable[[Observation], Any], policy: str, share: float) -> None:
        """Watch from now on.

        `look` diagnoses a step, `told` is given its diagnosis once nobody caught it. What follows is `policy`: "continue", "stop" or "skip". `share` is the budget.
        """
        self._start(Budget(share))
        self.look = look
        self.pending.begin(told, policy)
        self.follows(policy)

    def follows(self, policy: str) -> None:
        """From now on this follows a bad step."""
        self.pending.policy = policy
        self.flags.may_wait = self.budget.may_rest = policy == "continue"
        self._follow_closures()

    def _follow_closures(self) -> None:
        self.follows_closures = self.pending.policy != "continue" or not self.gradients.are_backwards_own

    def release(self) -> None:
        """Watch nothing any more."""
        self.look = None
        self.pending.release()

    def drawn(self, began: float) -> None:
        """A loader has handed out a batch, noted since that moment of `perf_counter`: the step begins, and where the random generators stand is noted."""
        if self.look is not None:
            self.beginnings.drawn(began)

    def may_begin(self) -> None:
        """An optimizer is built: the first step may begin here."""
        self.gradients.has_optimizer = True
        if self.look is not None:
            self.beginnings.note()
            self.pending.built()
            if not self.backwards:
                self._read_code()

    def _read_code(self) -> None:
        self.gradients.read_code()
        self._follow_closures()

    def glances(self, value: float | None, frame: FrameType) -> bool:
        """The loss of a step that is noted briefly, as a number if it could be read at once. False where it is to be met like any other."""
        if value is None or value - value or self.pending.is_open or self.flags.sent or self.beginnings.searches or not self.series.is_at(frame):
            return False
        self.backwards += 1
        self._latest_finite = True
        self.series.losses.append(value)
        return True

    def before(self, loss: Any, frame: FrameType, trains: bool = True) -> float:
        """The loss as a number; where it is not finite the step is looked at. `trains` is false where its gradients are handed back, and put into no tensor."""
        self.backwards += 1
        return self._met(loss, frame, trains)

    def _met(self, loss: Any, frame: FrameType, trains: bool) -> float:
        try:
            value = item_of(loss)
        except RuntimeError:  # a vector
            value = number_of(loss)
        if self.beginnings.searches:
            self.beginnings.search(frame)
        self.series.meet(frame)
        self._latest_finite = value - value == 0
        if self._latest_finite:
            self.series.losses.append(value)
        elif self.pending.is_open and not self.pending.has_dropped:
            self.pending.met_again(trains, self.gradients.has_optimizer, not trains and is_apart(loss))
        elif (value != value or not self.scalers.may_overflow(loss)) and (trains or not self.pending.recovers):
            self._look_at("loss", value, loss, frame, trains)
        return value

    def inside(self, loss: Any, frame: FrameType, inputs: Any) -> float:
        """The loss of a function transform (`torch.func.grad`), differentiated by these inputs. It counts for itself: no backward shows what comes of it."""
        self.transforms += 1
        self.gradients.leaves.differentiated = inputs
        try:
            return self._met(loss, frame, trains=False)
        finally:
            self.gradients.leaves.differentiated = ()

    def read_late(self, loss: Any, frame: FrameType) -> None:
        """A loss on an accelerator: that of the step before is read, and this one's flag sent on its way.

        What is found is told of when the next loss is not finite either: else somebody left the step out.
        """
        History.keeps_two = True
        if not self.flags.sent:
            self.beginnings.states.watch(sys.modules["torch"].cuda.default_generators)
        value = self.flags.exchange(loss)
        if value is None:
            return
        if value - value == 0:
            self.series.losses.append(value)
            self.pending.settle()
        elif self.pending.is_open:
            self.pending.confirm()
        else:
            self._look_at("late", value, None, frame)

    def looks_after(self) -> bool:
        """Whether the gradients of this step, whose loss is finite, are looked at: as far as the budget goes, where one shows that it is bad, and always where a bad one is to have no effect."""
        if self.pending.is_open:
            self.pending.recover(self.gradients.has_optimizer, self.backwards)
            return False
        if not (self.beginnings.is_drawn or self.gradients.has_optimizer):  # nothing else says where a step begins
            self.budget.begins(perf_counter())
        return (self.budget.allows and not self.budget.brief) or self.pending.policy != "continue" or self.gradients.glimpse.shows_bad()

    def after(self, loss: Any, value: float, frame: FrameType, handed: Any = ()) -> None:
        """The gradients of a finite loss; those that are `handed` back are the update's own where no optimizer is there to take them."""
        given = handed_back(handed) if handed and not (self.gradients.has_optimizer or self.pending.recovers) else []
        if self.gradients.are_finite_after(loss, given):
            self.scalers.good()
        elif not self.scalers.skips():
            self._look_at("gradient", value, loss, frame, given=given)

    def stepping(self, optimizer: Any, args: Any = (), kwargs: Any = None) -> None:
        """An optimizer is about to step, given these arguments: a closure among them computes the gradients anew."""
        if self.look is None or self.repeat is not None:
            return
        if self.flags.sent:
            self.shadow.keep(parameters_of([optimizer]))
            return
        if not self.pending.is_open and not (STEPS.knows(optimizer) and self.backwards and self.gradients.are_backwards_own):
            self._look_before(optimizer, _holds_closure(args, kwargs), sys._getframe(2))
        if self.pending.is_open and not (self.pending.has_dropped and _holds_closure(args, kwargs)):
            self.pending.stepping(optimizer, self._latest_finite)

    def _look_before(self, optimizer: Any, closes: bool, frame: FrameType) -> None:
        """Gradients that no backward has shown: of an optimizer that has not stepped yet, of a function transform, or worked on by hand since."""
        if not STEPS.knows(optimizer):
            self.pending.built()
            if not STEPS.finished_steps:
                self._read_code()  # a notebook's cell that trains comes after the one that has built the optimizer
            STEPS.meet(optimizer, beside=not self.beginnings.is_drawn and any(not history.is_over for history in LOADERS.recent()[:1]))
        elif self.backwards and (closes or not self.looks_after()):
            return
        if not self.gradients.are_finite_before(optimizer):
            self._look_at("gradient", self.series.latest, None, frame)

    @property
    def intervenes(self) -> bool:
        """Whether there may be something to do between the gradients that a closure computes and the update: a bad one is stopped, dropped or looked at."""
        return self.follows_closures and self.look is not None

    def computed(self, optimizer: Any) -> None:
        """The closure of a step has computed its gradients: what follows is the update."""
        if self.repeat is not None:
            self.repeat.stepping()
            return
        if not (self.pending.is_open or self.gradients.are_backwards_own) and self.looks_after() and not self.gradients.are_finite_before(optimizer):
            self._look_at("gradient", self.series.latest, None, sys._getframe(1))
        if self.pending.is_open:
            self.pending.updating(optimizer, self._latest_finite)

    def stepped(self, optimizer: Any, began: float) -> None:
        """A step is over, noted since that moment of `perf_counter`. Where no loader says when the next begins, it begins here."""
        if self.pending.is_open:
            self.pending.updated(optimizer, self._latest_finite)
        if self.look is not None:
            if self.pending.policy == "skip":
                self.pending.averages.keep()
            self.series.rates.append(optimizer.param_groups[0].get("lr"))
            self.beginnings.stepped(began)

    @property
    def has_found(self) -> bool:
        """Whether a step of this run has been looked at."""
        return self._diagnoses > 0

    def end(self, failed: bool = False) -> None:
        """No more steps follow. What is pending never came to a weight; it is told of where the run failed, or where no optimizer would have shown it."""
        if failed or (not STEPS.finished_steps and self.pending.counts):
            self.pending.confirm(stops=False)
        else:
            self.pending.settle()

    def _look_at(self, met: str, value: float, loss: Any, frame: FrameType, trains: bool = True, given: Sequence[Any] = ()) -> None:
        self.pending.open(trains and met != "gradient", loss if met == "loss" else None, is_over=met == "late")
        if self.look is not None and self._diagnoses < DIAGNOSES:
            self._diagnoses += 1
            with undisturbed():
                try:
                    self.pending.diagnosed(self.look(met, value, loss, frame, given))
                except Exception as problem:
                    trouble("could not look at a step that is not finite", problem)


def _holds_closure(args: Any, kwargs: Any) -> bool:
    """Whether a step is given what computes its gradients: until then those of the step before are seen."""
    return any(map(callable, (*args[1:], *(kwargs or {}).values())))


SENTINEL = Sentinel()
