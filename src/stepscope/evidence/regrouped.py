"""A line of a model's that may put the numbers of a batch into another number of rows."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class Regrouped:
    """The only `view` or `reshape` of the models in sight that leaves the number of rows open (-1) and fixes the numbers of a row.

    `expression` is the call as it is written, `each` how many numbers it puts into a row (None where the source alone does not tell).
    """

    expression: str
    line: Frame
    each: int | None = None
