"""A call stack that ran out, folded into what repeats."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class Recursion:
    """A stack that ended in a RecursionError.

    `period` are the frames that repeat, `times` how often; `folded` is the same as one sentence. `circle` names the
    objects that lead back to themselves ("net.block.parent → net"), empty where none was found. `endless` tells
    an endless circle (True) from mere depth (False); None where the objects cannot tell. `kind` says what was
    walked: module, data, attribute, folder, graph, copy, collate or call. `limit` is the interpreter's. `entry` is the
    user's line that set the recursion off, `closed_at` the line that put the circle together, where it was seen.
    """

    period: tuple[Frame, ...]
    times: int
    folded: str
    kind: str = "call"
    circle: str = ""
    endless: bool | None = None
    limit: int = 1000
    depth: int | None = None
    entry: Frame | None = None
    closed_at: Frame | None = None

    @property
    def period_line(self) -> Frame | None:
        """The user's line that calls on into the next round."""
        return next((frame for frame in reversed(self.period) if frame.user), None)

    @property
    def line(self) -> Frame | None:
        """The user's line that repeats; where only a library's code repeats, the line that set it off."""
        return self.period_line or self.entry
