"""The history of gradients around a backward that failed: what cut it, what was used twice, what was written over."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class History:
    """Why a loss has no history.

    `grad_mode` is false where recording was still switched off when the run stopped; `off` is the line that switched it off, for the loss
    or for good, or that froze all parameters. `parameters` counts the parameters of the models in sight, `trainable` those that require a gradient, `gradients` those
    that hold one. `cut` is the user's line that left the graph, `how` the words there (".item()"); `sure` is false where another part of the
    source could not be followed. `returned` is where a step of the user's hands its loss to a framework's loop, which runs `backward` elsewhere.
    """

    grad_mode: bool = True
    parameters: int = 0
    trainable: int = 0
    gradients: int = 0
    off: Frame | None = None
    cut: Frame | None = None
    how: str = ""
    sure: bool = False
    returned: Frame | None = None


@dataclass(frozen=True)
class Reused:
    """A tensor whose graph an earlier backward had freed: the user's name for it, and the line that made it."""

    name: str
    how: str
    line: Frame | None = None


@dataclass(frozen=True)
class Written:
    """The lines of the user's code that change a tensor in place and fit what autograd says of it."""

    lines: tuple[Frame, ...] = ()
    optimizer: bool = False


@dataclass(frozen=True)
class OwnBackward:
    """A user's autograd.Function whose backward was refused: its class, and the line that makes what it returns."""

    name: str
    line: Frame | None = None
