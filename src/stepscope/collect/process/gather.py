"""What several processes of one run saw, put together: the first cause, not its echoes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from stepscope.collect.process.heartbeat import Beat
from stepscope.evidence import Batch, Call, Failure, LateWorker, NonFinite, Observation, WorkerDeath

WORDS = 300
"""So much of an exception's words has to stand in what the main process raises again."""

_LEFT = re.compile(r"(?:Root Cause.*?exitcode\s*:|terminated with exit code)\s*1\b", re.DOTALL)
"""How torchrun and `torch.multiprocessing` tell that a rank has left with exit code 1."""


def merged(observations: Sequence[Observation], beats: Sequence[Beat], pid: int | None = None) -> list[Observation]:
    """The observation of the process that failed first; empty where none failed.

    A loader worker's exception counts only where the main process stopped for it, and that of any process only where the
    command's own (`pid`) did not train on afterwards: there are scripts that catch a failure and go on.
    """
    ordered = sorted(observations, key=lambda seen: seen.moment.time)
    went_on = max((beat.moved for beat in beats if beat.pid == pid and beat.trains), default=0.0)
    mains = [seen for seen in ordered if seen.moment.worker is None]
    if not mains:
        return []
    first = next((seen for seen in mains if seen.moment.time > went_on), None)
    if first is None:
        return []
    latest = [seen for seen in mains if _is_of_one(first, seen)][-1]
    worker = _worker_behind(latest, [seen for seen in ordered if seen.moment.worker is not None])
    return [_named(worker or latest, beats)]


def _is_of_one(one: Observation, other: Observation) -> bool:
    """Whether two observations are of one process, which may not have known its rank at first."""
    ranks = {one.moment.rank, other.moment.rank} - {None}
    return one.moment.pid == other.moment.pid and len(ranks) < 2


def parted(observations: Sequence[Observation]) -> tuple[list[Observation], list[Observation]]:
    """The steps that were not finite, each origin once, and the rest."""
    steps: dict[object, Observation] = {}
    for seen in sorted(observations, key=lambda each: each.moment.time):
        step = seen.get(NonFinite)
        if step is not None and Failure not in seen:
            steps.setdefault((step.met, step.born, step.operator, step.line), seen)
    known = {seen.moment.rank for seen in steps.values() if _is_known(seen)}
    steps = {key: seen for key, seen in steps.items() if _is_known(seen) or not known - {seen.moment.rank}}  # it came from another rank
    rest = [seen for seen in observations if NonFinite not in seen or Failure in seen]
    return list(steps.values()), rest


def _is_known(seen: Observation) -> bool:
    step = seen.get(NonFinite)
    return step is not None and step.born != "unknown"


def with_steps(steps: Sequence[Observation], endings: Sequence[Observation]) -> list[Observation]:
    """Steps that were not finite and how the run ended, the first cause first.

    A run that ended over a step that was not finite has one cause: the first such step. Any other ending stopped the run, and comes first.
    A launcher that only says that a rank has left with exit code 1 speaks of a rank that was stopped over its step: what a rank raises is seen there.
    """
    if not steps:
        return list(endings)
    followed = [seen for seen in endings if NonFinite in seen or _is_about_it(seen) or _is_launchers(seen)]
    others = [seen for seen in endings if seen not in followed]
    return [*others, *steps]


def _is_about_it(seen: Observation) -> bool:
    """Whether an ending speaks of NaN or infinity, which it met after the step."""
    failure, call = seen.get(Failure), seen.get(Call)
    if call is not None and any(operand.tensor.nan for operand in call.operands):
        return True
    return failure is not None and bool(re.search(r"\bnan\b|\binf(inite|inity)?\b|non-?finite", failure.message, re.IGNORECASE))


def _is_launchers(seen: Observation) -> bool:
    failure = seen.get(Failure)
    return failure is not None and failure.is_a("ChildFailedError", "ProcessExitedException") and bool(_LEFT.search(failure.message))


def _worker_behind(main: Observation, workers: Sequence[Observation]) -> Observation | None:
    """The worker's observation that the main process raised again, with what only the main process knows."""
    failure = main.get(Failure)
    if failure is None or not failure.passes("reraise"):
        return None
    named = re.search(r"DataLoader worker process (\d+)", failure.message)
    alike = [
        seen for seen in workers
        if (named is None or seen.moment.worker == int(named[1])) and any(one.type in failure.message for one in _chain(seen))
    ]  # fmt: skip
    same = [seen for seen in alike if any(one.message[:WORDS] in failure.message for one in _chain(seen))] or alike
    if not same:
        return None
    seen = same[-1]  # earlier ones were caught, and training went on
    moment = replace(main.moment, worker=seen.moment.worker, stage=seen.moment.stage or main.moment.stage)
    theirs = _chain(seen)[0]
    return seen.with_(replace(theirs, causes=(*theirs.causes, failure)), moment)


def _chain(seen: Observation) -> tuple[Failure, ...]:
    """A failure with its causes."""
    failure = seen.get(Failure)
    return (failure, *failure.causes) if failure is not None else ()


def _named(observation: Observation, beats: Sequence[Beat]) -> Observation:
    """With the sample that a dead or late worker was loading, as its heartbeat says."""
    worker, batch = observation.get(WorkerDeath) or observation.get(LateWorker), observation.get(Batch)
    beat = next((beat for beat in beats if worker and beat.pid == worker.pid), None)
    if worker is None or beat is None:
        return observation
    indices = beat.samples or worker.samples
    rows = (indices.index(beat.last),) if beat.last in indices else ()
    known = replace(batch or Batch(), indices=indices, culprits=rows, files={row: worker.files[indices[row]] for row in rows if indices[row] in worker.files})
    number = worker.worker if beat.worker is None else beat.worker
    return observation.with_(replace(worker, worker=number, samples=indices, last=beat.last), known)
