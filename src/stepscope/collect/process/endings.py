"""How a process ended where no exception tells: a death or an interruption, with the place where it stood."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from stepscope.collect.process.deaths import fatal_stack, fatal_word, left, read_dump, signal_name, stopped_stack
from stepscope.collect.process.heartbeat import RUNNING, Beat
from stepscope.collect.process.signals import Stop
from stepscope.evidence import Batch, Death, Failure, Frame, Interruption, Moment, Observation, Stage

_STOPPING = {"SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"}
_BY_WORD = {
    "Segmentation fault": "SIGSEGV",
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Floating-point exception": "SIGFPE",
    "Illegal instruction": "SIGILL",
}


_CHILD_CODE = re.compile(r"exitcode\s*: (-\d+) \(pid: (\d+)\)")
_CHILD_SIGNAL = re.compile(r"terminated with signal (SIG\w+)")


def crashes(folder: Path, beats: Sequence[Beat]) -> Iterator[Observation]:
    """The native crashes that the interpreter had time to write a stack of, those of loader workers left out."""
    for beat in beats:
        dump = folder / f"{beat.pid}.fatal"
        if beat.worker is None and fatal_word(read_dump(folder, beat.pid, "fatal")):
            yield _death(folder, beat, beat.pid, None, None, dump.stat().st_mtime)


def killed_child(folder: Path, pid: int, seen: Sequence[Observation], beats: Sequence[Beat]) -> list[Observation]:
    """The silent death of a child that the process which waited for it reports; empty where no words name one.

    It comes before what any other process raised: those whom the launcher stops write a stack first, so that a silent death
    is nobody's consequence, while the others' lost connections are its own.
    """
    silent = [
        beat for beat in beats
        if beat.state == RUNNING and beat.worker is None and beat.pid != pid and not read_dump(folder, beat.pid, "stopped")
    ]  # fmt: skip
    for failure in (failure for each in seen if (failure := each.get(Failure)) is not None):
        codes = {int(child): signal_name(-int(code)) for code, child in _CHILD_CODE.findall(failure.message)}
        named = _CHILD_SIGNAL.search(failure.message)
        if named and len(silent) == 1:
            codes[silent[0].pid] = named[1]
        if beat := next((beat for beat in silent if beat.pid in codes), None):
            return [_death(folder, beat, beat.pid, codes[beat.pid], None)]
    return []


def ending_of(
    folder: Path, pid: int, code: int, beats: Sequence[Beat], stop: Stop | None, began: float
) -> Observation | None:
    """The interruption or the death that ended the command; None where it left by itself.

    `code` is the exit code, negative for a signal. `began` is in seconds since 1970.
    """
    signal = signal_name(-code) if code < 0 else None
    if stop or signal in _STOPPING or code == 130:
        return _interruption(folder, pid, stop or Stop(signal or "SIGINT", _dumped_at(folder, pid)), beats, began)
    if code < 0:
        return _death(folder, next((beat for beat in beats if beat.pid == pid), None), pid, signal, None)
    lost = [beat for beat in beats if beat.state == RUNNING and beat.worker is None] if code else []
    if not lost:
        return None
    beat = next((beat for beat in lost if beat.pid != pid), lost[0])
    return _death(folder, beat, beat.pid, None, code if beat.pid == pid else None)


def _death(
    folder: Path, beat: Beat | None, pid: int, signal: str | None, code: int | None, when: float | None = None
) -> Observation:
    text = read_dump(folder, pid, "fatal")
    word = fatal_word(text)
    status, way = left(read_dump(folder, pid, "left")) if signal is None and not word else (None, ())
    stack = way or fatal_stack(text)
    loading = _is_loading(stack) or bool(status is None and beat and beat.last is not None and (code or not stack))
    samples = beat.samples if beat and loading else ()
    death = Death(
        signal=signal or next((name for start, name in _BY_WORD.items() if word.startswith(start)), None),
        code=status or code,
        hard=status is not None,
        midway=bool(beat and beat.trains) and (loading or any(map(in_loop, stack))),
        stack=stack,
        fatal=word,
        samples=samples,
        worker=beat.worker if beat else None,
        pid=pid,
        steps=beat.steps if beat else 0,
    )
    rows = (samples.index(beat.last),) if beat and beat.last in samples else ()
    batch = Batch(indices=samples, culprits=rows) if samples else None
    moment = _moment(beat, stack, when)
    return Observation(death, replace(moment, stage=moment.stage or Stage.DATA) if loading else moment, batch)


def _interruption(folder: Path, pid: int, stopped: Stop, beats: Sequence[Beat], began: float) -> Observation:
    stacks = {}
    samples = {}
    for beat in beats:
        stack = stopped_stack(read_dump(folder, beat.pid, "stopped", stopped.written.get(f"{beat.pid}.stopped", 0)))
        if not stack:
            continue
        name = "main" if beat.pid == pid else f"worker {beat.worker}" if beat.worker is not None else f"process {beat.pid}"
        stacks[name] = stack
        samples[name] = beat.samples[:8] if beat.last is None else (beat.last,)
    main = next((beat for beat in beats if beat.pid == pid), beats[0] if beats else None)
    interruption = Interruption(
        signal=stopped.signal,
        still_seconds=max(0.0, stopped.time - main.moved) if main and main.trains else None,
        usual_seconds=main.usual_seconds if main and main.steps else None,
        alive_seconds=stopped.time - began,
        steps=main.steps if main else 0,
        stacks=stacks,
        samples=samples,
    )
    return Observation(interruption, _moment(main, stacks.get("main", ())))


def _moment(beat: Beat | None, stack: Sequence[Frame], when: float | None = None) -> Moment:
    from stepscope.collect.torch.stages import stage_of_frames

    return Moment(
        stage=stage_of_frames(tuple(stack)) or (Stage.DATA if _is_loading(stack) else None),
        step=beat.steps + 1 if beat and beat.trains else None,
        rank=beat.rank if beat else None,
        time=when or time.time(),
        pid=beat.pid if beat else 0,
    )


def _dumped_at(folder: Path, pid: int) -> float:
    """When a process wrote its stack at a signal; now where it did not."""
    with suppress(OSError):
        dump = (folder / f"{pid}.stopped").stat()
        return dump.st_mtime if dump.st_size else time.time()
    return time.time()


def in_loop(frame: Frame) -> bool:
    """Whether the line stands in a loop of its function."""
    from stepscope.collect.torch.syntax import around, loops_around

    function = around(frame.file, frame.line) if frame.user else None
    return function is not None and bool(loops_around(function, frame.line))


def _is_loading(stack: Sequence[Frame]) -> bool:
    return any("torch/utils/data" in frame.file.replace("\\", "/") or frame.name == "__getitem__" for frame in stack)
