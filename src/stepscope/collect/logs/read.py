"""From a log to observations: its voices apart, its failures in order, the first cause before what followed from it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from stepscope.collect.logs.collectives import collectives_in
from stepscope.collect.logs.endings import (
    assertions_in,
    death_in,
    hang_in,
    interruption_in,
    traced_forward,
    variables_in,
    worker_death,
)
from stepscope.collect.logs.failures import failure_from
from stepscope.collect.logs.lines import Line, read_lines
from stepscope.collect.logs.prefixes import Peeled, are_labelled, peel
from stepscope.collect.logs.primary import in_order, is_echo, is_overcome, passed_over, raised_first
from stepscope.collect.logs.progress import Broken, Series, broken_loss, goes_on, is_loss_name, series_in, stopped_for
from stepscope.collect.logs.recorders import MARK, recorded_in
from stepscope.collect.logs.recursions import recursion_in
from stepscope.collect.logs.spoken import is_hearsay, spoken
from stepscope.collect.logs.stages import stage_of_log
from stepscope.collect.logs.tracebacks import Told, tracebacks
from stepscope.evidence import Aside, Collectives, Log, Machine, Moment, Observation, Said

HEAD, TAIL = 4_000, 16_000
"""Lines kept of the start and of the end of what one voice says."""
MOST = 16
"""Exceptions that are tried."""
BARE = 3
"""Lines of a text that may be an exception's words alone."""
MANY = 3_000
"""Lines from which on those that are alike are thinned out."""
ALIKE = 30
"""Lines kept that differ in nothing but their numbers."""
_NO_DIGITS = str.maketrans("", "", "0123456789")
SAMPLE = 200
"""Lines from which the form of the prefixes is read."""
_AFTER_ASSERTIONS = (
    "device-side assert", "cudaErrorAssert", "cuda runtime error (59)", "cuda runtime error (710)", "CUBLAS_STATUS_", "CUDNN_STATUS_", "CUDA error: unspecified",
)  # fmt: skip
"""What is reported once a kernel's assertion has failed."""


class Reading(NamedTuple):
    """What a log tells: the observations that may hold the cause, the likeliest first; the failures that were set aside; the number of lines.

    `guesses` count only where a rule that is no fallback knows them.
    """

    candidates: list[Observation]
    guesses: list[Observation]
    consequences: tuple[Aside, ...]
    lines: int


def read_stream(stream: BinaryIO, name: str = "log") -> Reading:
    """A log of any size; memory is bounded by what is kept of each voice."""
    voices, count = _voices(read_lines(stream))
    told = in_order([each for lines in voices.values() for each in tracebacks(lines)])
    said = _said(voices, told)
    recorded = recorded_in(said)
    said = [line for line in said if MARK not in line.text]
    series = series_in(said)
    log = Log(tuple(_thinned(said)), name, series={key: tuple(point.value for point in points) for key, points in series.items()})
    if is_overcome(told, log, series):
        told = [replace(each, aside=True) for each in told]
    told = in_order(passed_over(told, series))
    return Reading(list(_candidates(told, log, series, recorded)), [*_cut(told, log), *_bare(log)], tuple(_aside(each) for each in told[1:]), count)


def _candidates(told: Sequence[Told], log: Log, series: Series, recorded: tuple[Collectives, Said] | None) -> Iterator[Observation]:
    """Everything that may be the cause: exceptions, processes that died, collectives, a loss that was no number; echoes last."""
    raised = _distinct([each for each in told if each.failure.type and not each.aside])
    first = [each for each in raised if not is_echo(each.failure)][:1]
    machine = Machine(variables=variables_in(log))
    for each in first:
        yield _raised(each, log, machine)
        for cause in raised_first(each.failure).causes:
            yield _raised(replace(each, failure=replace(cause, causes=())), log, machine)
    in_lines = [each for each in spoken(log) if not goes_on(series, each.last)]
    yield from (_raised(each, log, machine) for each in in_lines if not is_echo(each.failure))
    yield from _endings(log, machine, series, recorded)
    checks = [Said(each.last, each.failure.message[:400], each.speaker, each.rank) for each in raised if each.failure.innermost and each.failure.innermost.user]
    yield from _not_finite(broken_loss(series, log.said) or stopped_for(checks, series), log)
    yield from (_raised(each, log, machine) for each in raised if each not in first)
    yield from (_raised(each, log, machine) for each in in_lines if is_echo(each.failure) and each.ended)
    stop = interruption_in(log)
    if stop is not None and (stop[0].signal == "SIGINT" or not first):
        yield Observation(replace(log, at=stop[1].line), stop[0])
    yield Observation(log)


def _cut(told: Sequence[Told], log: Log) -> Iterator[Observation]:
    """Tracebacks whose exception was cut off: what the log says around them counts."""
    yield from (_raised(each, log, Machine()) for each in told if not each.failure.type and not each.aside)


def _bare(log: Log) -> Iterator[Observation]:
    """The lines of a text so short that it may be an exception's words alone."""
    if len(log.said) <= BARE and not any(map(is_loss_name, log.series)):
        for said in log.said:
            yield _raised(Told(failure_from("RuntimeError", said.text.strip(), ()), said.line, said.line), log, Machine())


def _distinct(told: Sequence[Told]) -> list[Told]:
    """The first exceptions that differ in class or words."""
    found: dict[tuple[str, str], Told] = {}
    for each in told:
        found.setdefault((each.failure.type, each.failure.message[:200]), each)
    return list(found.values())[:MOST]


def _endings(log: Log, machine: Machine, series: Series, recorded: tuple[Collectives, Said] | None) -> Iterator[Observation]:
    """What the lines tell beside exceptions: a standstill, a death, collectives that were waited for."""
    death, waited = death_in(log), recorded or collectives_in(log)
    stood = hang_in(log)
    ended_by_watchdog = waited is not None and death is not None and death[0].signal == "SIGABRT"  # which aborts a process that waited too long
    for found in (stood, *((waited, death) if ended_by_watchdog else (death, waited))):
        if found is not None:
            piece, said = found
            if found is not death and goes_on(series, said.line):
                continue
            yield Observation(replace(log, at=said.line), piece, machine, Moment(rank=said.rank))


def _not_finite(broken: Broken | None, log: Log) -> Iterator[Observation]:
    """A loss that was no number."""
    if broken is not None:
        yield Observation(replace(log, at=broken.said.line), Moment(step=broken.step, epoch=broken.epoch), *broken.evidence)


def _raised(told: Told, log: Log, machine: Machine) -> Observation:
    """An exception, with what the rest of the log knows of it."""
    failure = raised_first(told.failure)
    if failure.says(*_AFTER_ASSERTIONS):
        failure = replace(failure, message="\n".join([failure.message, *assertions_in(log)]))
        moment = Moment(rank=told.rank)  # the call that reports it is not where it happened
    else:
        moment = Moment(stage=stage_of_log(failure), rank=told.rank)
    if traced := traced_forward(failure, log):
        failure = replace(failure, frames=(*failure.frames, *traced))
    return Observation(failure, moment, replace(log, at=told.first), machine, worker_death(failure), recursion_in(failure, told.repeated))


def _aside(told: Told) -> Aside:
    return Aside(told.failure.type, told.failure.message.partition("\n")[0][:200], told.first, told.last, told.rank)


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
        for lines in voices.values() for line in lines if line.text.strip() and line.number not in inside and not is_hearsay(line.text)
    ]  # fmt: skip
    return sorted(found, key=lambda said: said.line)


def _thinned(said: list[Said]) -> list[Said]:
    """Of very many lines that differ in nothing but their numbers the first ones: what rules look for stands in one of them."""
    if len(said) <= MANY:
        return said
    seen: Counter[str] = Counter()
    kept = []
    for line in said:
        shape = line.text.translate(_NO_DIGITS)
        seen[shape] += 1
        if seen[shape] <= ALIKE:
            kept.append(line)
    return kept
