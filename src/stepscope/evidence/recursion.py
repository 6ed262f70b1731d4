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
    walked: module, data, attribute, folder, graph, copy, collate or call. `limit` is the interpreter's.
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
