"""A loss or a gradient that is not finite, and where that began."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from stepscope.evidence.failure import Frame
from stepscope.evidence.stage import Stage
from stepscope.evidence.tensor import Tensor

GREW = 1000.0
"""How many times the losses of before a loss has to reach to have diverged."""
CLIMBED, CLIMBS = 100.0, 4
"""How many times them it has to reach where each of so many steps has raised it: noise jumps, it does not climb."""
HEAVY = 1e4
"""The largest absolute weight from which on weights have grown out of all proportion; initialisation and training keep them below 100."""
SWEPT = 1000.0
"""How many times, step by step, the learning rate has to grow to be swept through its range: no warm-up multiplies it so often."""
RAISED = 2.0
"""How many times the rate that it began with the learning rate has to be for a schedule to have raised it."""
MANY, STEADY = 8, 2.0
"""So many losses that have not grown by more than this speak for weights that are large from the start."""


@dataclass(frozen=True)
class NonFinite:
    """What the repeated step showed.

    `met` says where it was noticed: "loss" (before backward), "gradient" (after it) or "raise" (the user's own code looked). `kind` is "nan" or
    "inf". `born` says where it began: "input" or "weight" (a tensor that was there before the step, `name` in the user's words), "constant"
    (another such tensor), "forward" or "backward" (the `operator`; of a backward the forward operator that it belongs to), "own backward" (a
    backward that the user wrote), "own gradient" (a hook of the user's, or statements between backward and step, that worked on gradients; `node` is
    empty for the latter), "unknown".

    `frames` are those of the operator, outermost first; `inputs` and `output` what went in and came out, as it was then. `rows` are the rows of
    the batch (of `rows_of`) that are not finite at the origin, empty where that cannot be said; `columns` the columns of an input. `half` is true where
    the same operator stays finite in float32. `dropped` is true where the forward value, or the input, that began it never reached the loss.

    `repeat` is "exact" (the loss came out bit for bit), "near" (within rounding), "other", or empty where nothing could be repeated; `why` says
    why not, or what a repeat in place has moved. `written` is the only statement of the user's that writes to weights, where one of them was not finite, or
    that of the step which writes over an input in place; `never_filled` is true where it is memory that
    nothing has written to. `updated_by` is the optimizer whose
    update is proven to have made a weight so (`scalars` its eps, `written` the line that built it). `averaged_by` is the optimizer whose averages of the
    gradients are not finite either, where a weight is not. `entered` says what an input was before it came into PyTorch within the step: "numpy", or "python" (lists, numbers).
    `spared` is true where the gradients of a loss that is not finite were finite all the same.
    `left_behind` is a running average that is not finite since, though the step's update was left out.
    `beside` is true where an input that is not finite is no loader's: it stood beside the batches, which are finite; `made` is the statement that
    has made an input so, in the user's loading code (where that is not known, the loop that took the batch) or beside it.
    `drawn_from` is the line that built the loader of the samples to blame, where the program draws from several.
    `turn` holds the variables of the program's own loops where no loader is drawn from, each with its value ("`i` = 88").
    `file` is what a stream has read the sample from that is not finite. `parameters` counts the parameters whose gradients are not finite.
    """

    met: str
    kind: str
    born: str
    operator: str = ""
    frames: tuple[Frame, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    output: Tensor | None = None
    name: str = ""
    node: str = ""
    rows: tuple[int, ...] = ()
    rows_of: int | None = None
    columns: tuple[int, ...] = ()
    half: bool = False
    dropped: bool = False
    scalars: tuple[float, ...] = ()
    repeat: str = ""
    why: str = ""
    parameters: int = 0
    written: Frame | None = None
    never_filled: bool = False
    updated_by: str = ""
    averaged_by: str = ""
    stage: Stage | None = None
    entered: str = ""
    file: str = ""
    spared: bool = False
    left_behind: str = ""
    beside: bool = False
    made: Frame | None = None
    drawn_from: Frame | None = None
    turn: tuple[str, ...] = ()

    @property
    def line(self) -> Frame | None:
        """The user's line: the innermost of the frames that is the user's own."""
        return next((frame for frame in reversed(self.frames) if frame.user), None)

    @property
    def made_by(self) -> str | None:
        """The operator that made it of finite values; None where it was there before any was run."""
        return None if self.born in ("input", "weight", "constant", "unknown") else self.operator or None


@dataclass(frozen=True)
class Course:
    """How the training went until now.

    `losses` are the last ones that were finite, the latest last; `lr` is the largest learning rate of the optimizer `optimizer`, `lr_set` the only statement of the
    user's that sets it in the course of the run, `largest_weight` the
    largest absolute value among the weights that are finite, `weight` its name. `built` is the line that built the optimizer. `scaled` is true
    where a gradient scaler is in use. `decay` is the largest learning rate times weight decay by which an optimizer scales weights. `gradients_read` is the share of the backward passes (0 to 1) whose gradients the budget allowed to look at.
    `momentum` is the largest share of the last update that an optimizer adds to the next.
    `lr_grew` says how many times larger the learning rate has become in the latest steps, in each by one and the same factor; `lr_began` is the rate that a schedule began with.
    """

    losses: tuple[float, ...] = ()
    optimizer: str = ""
    lr: float | None = None
    lr_set: Frame | None = None
    largest_weight: float | None = None
    weight: str = ""
    built: Frame | None = None
    scaled: bool = False
    decay: float = 0.0
    momentum: float = 0.0
    gradients_read: float = 1.0
    lr_grew: float = 1.0
    lr_began: float | None = None

    @property
    def growth(self) -> float:
        """How many times the largest loss of the earlier half the latest is, by absolute value; 1 where too few are known.

        One loss that came near zero is no measure: those of a healthy training that is noisy come near it too.
        """
        sizes = [abs(loss) for loss in self.losses]
        if len(sizes) < 2:
            return 1.0
        return sizes[-1] / max(*sizes[: max(len(sizes) // 2, 1)], 1e-12)

    @property
    def diverged(self) -> bool:
        """Whether the training had grown out of bounds before the step: its loss, or its weights where the losses do not tell otherwise."""
        steady = len(self.losses) >= MANY and self.growth < STEADY
        heavy = (self.largest_weight or 0.0) >= HEAVY and not steady
        climbing = len(self.losses) > CLIMBS and all(after > before for before, after in pairwise(self.losses[-CLIMBS - 1 :]))
        return self.growth >= (CLIMBED if climbing else GREW) or heavy or (self.lr is not None and not math.isfinite(self.lr))

    @property
    def lr_raised(self) -> bool:
        """Whether a schedule has led the learning rate far above the one that it began with."""
        return self.lr is not None and self.lr_began is not None and self.lr > RAISED * self.lr_began > 0

    @property
    def swept(self) -> bool:
        """Whether the training has diverged because the learning rate was to grow until it does: a search for the best one."""
        return self.diverged and self.lr_grew >= SWEPT
