"""From a log to observations: its voices apart, its failures in order, the first cause before what followed from it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from stepscope.collect.logs.endings import assertions_in, death_in, interruption_in, variables_in, worker_death
from stepscope.collect.logs.lines import Line, read_lines
from stepscope.collect.logs.prefixes import Peeled, are_labelled, peel
from stepscope.collect.logs.primary import in_order, is_echo, raised_first
from stepscope.collect.logs.progress import progress_in
from stepscope.collect.logs.stages import stage_of_log
from stepscope.collect.logs.tracebacks import Told, tracebacks
from stepscope.evidence import Aside, Log, Machine, Moment, Observation, Said

HEAD, TAIL = 4_000, 16_000
"""Lines kept of the start and of the end of what one voice says."""
SAMPLE = 200
"""Lines from which the form of the prefixes is read."""


class Reading(NamedTuple):
    """What a log tells: observations, the first cause first, and the failures that were set aside, with their lines."""

    observations: list[Observation]
    consequences: tuple[Aside, ...]
    lines: int


def read_stream(stream: BinaryIO, name: str = "log") -> Reading:
    """A log of any size; memory is bounded by what is kept of each voice."""
    voices, count = _voices(read_lines(stream))
    told = [each for lines in voices.values() for each in tracebacks(lines)]
    ordered = in_order(told)
    log = Log(tuple(_said(voices, told)), name, ordered[0].first if ordered else 0)
    if not ordered:
        return Reading(_without_failure(log), (), count)
    return Reading([_observed(ordered, log)], tuple(_aside(each) for each in ordered[1:]), count)


def _aside(told: Told) -> Aside:
    return Aside(told.failure.type, told.failure.message.partition("\n")[0][:200], told.first, told.last, told.rank)


def _observed(ordered: Sequence[Told], log: Log) -> Observation:
    """The failure that came first, with what the rest of the log knows of it."""
    first = ordered[0]
    failure = raised_first(first.failure)
    if failure.says("device-side assert", "cudaErrorAssert", "cuda runtime error (59)", "cuda runtime error (710)"):
        failure = replace(failure, message="\n".join([failure.message, *assertions_in(log)]))
    moment = Moment(stage=stage_of_log(failure), rank=first.rank)
    seen = Observation(failure, moment, log, Machine(variables=variables_in(log)), worker_death(failure))
    death, stop = death_in(log), interruption_in(log)
    if death is not None and (is_echo(first.failure) or not first.failure.type):
        return Observation(moment, replace(log, at=death[1].line), death[0], Machine())
    if stop is not None and (failure.is_a("KeyboardInterrupt") or not first.failure.type):
        return Observation(moment, replace(log, at=stop[1].line), stop[0])
    return seen


def _without_failure(log: Log) -> list[Observation]:
    """What a log without a traceback tells: how the process ended, or how the training went."""
    death, stop, progress = death_in(log), interruption_in(log), progress_in(log)
    if death is not None:
        return [Observation(replace(log, at=death[1].line), death[0], Machine())]
    if progress.not_finite is not None and progress.broken is not None:
        return [Observation(replace(log, at=progress.broken.line), Moment(step=progress.step, epoch=progress.epoch), progress.not_finite, progress.course)]
    if stop is not None:
        return [Observation(replace(log, at=stop[1].line), stop[0])]
    return [Observation(log)] if log.said else []


def _voices(lines: Iterable[Line]) -> tuple[dict[str, list[Peeled]], int]:
    """The lines of each speaker, the start and the end of what it says."""
    start: list[Line] = []
    heads: dict[str, list[Peeled]] = defaultdict(list)
    tails: dict[str, deque[Peeled]] = defaultdict(lambda: deque(maxlen=TAIL))
    count, labelled, lines = 0, False, iter(lines)
    for line in lines:
        start.append(line)
        if len(start) >= SAMPLE:
            break
    labelled = are_labelled([line.text for line in start])
    for line in (*start, *lines):
        peeled = peel(line.number, line.text, labelled)
        count = line.number
        kept = heads[peeled.speaker]
        (kept if len(kept) < HEAD else tails[peeled.speaker]).append(peeled)
    return {speaker: [*kept, *tails.get(speaker, ())] for speaker, kept in heads.items()}, count


def _said(voices: dict[str, list[Peeled]], told: Sequence[Told]) -> list[Said]:
    """The lines that belong to no traceback, in their order."""
    inside = {number for each in told for number in range(each.first, each.last + 1)} if len(told) < 1000 else set()
    found = [
        Said(line.number, line.text, line.speaker, line.rank, line.level)
        for lines in voices.values() for line in lines if line.text.strip() and line.number not in inside
    ]  # fmt: skip
    return sorted(found, key=lambda said: said.line)
