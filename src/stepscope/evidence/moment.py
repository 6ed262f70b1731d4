"""The moment of a run at which something was seen."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.stage import Stage


@dataclass(frozen=True)
class Moment:
    """Where the run was.

    `stage` is what the running functions tell, `around` what the place of the line in the user's loop tells, which is less. `step` counts optimizer steps from 1: the step that was under way. `epoch` is the user's own variable where
    there is one. `rank` is None outside of distributed training; `worker` is None outside of a loader worker.
    `time` is in seconds since 1970. `drawn` tells that a sample was asked for alone, by nothing but us.
    """

    stage: Stage | None = None
    step: int | None = None
    epoch: int | None = None
    rank: int | None = None
    worker: int | None = None
    time: float = 0.0
    pid: int = 0
    script: str | None = None
    around: Stage | None = None
    drawn: bool = False
