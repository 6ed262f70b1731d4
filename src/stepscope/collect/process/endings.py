"""How the command ended where no exception tells: a death or an interruption, with the place where it stood."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from stepscope.collect.process.deaths import dumped_stack, fatal_word, read_dump, signal_name
from stepscope.collect.process.heartbeat import RUNNING, Beat
from stepscope.evidence import Batch, Death, Frame, Interruption, Moment, Observation, Stage

_STOPPING = {"SIGINT", "SIGTERM", "SIGHUP"}
_BY_WORD = {
    "Segmentation fault": "SIGSEGV",
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Floating-point exception": "SIGFPE",
    "Illegal instruction": "SIGILL",
}


def ending_of(
    folder: Path, pid: int, code: int, beats: Sequence[Beat], stopped_by: str | None, began: float
) -> Observation | None:
    """The interruption or the death that ended the command; None where it left by itself.

    `code` is the exit code, negative for a signal. `began` is in seconds since 1970.
    """
    signal = signal_name(-code) if code < 0 else None
    if stopped_by or signal in _STOPPING or code == 130:
        return _interruption(folder, pid, stopped_by or signal or "SIGINT", beats, began)
    if code < 0:
        return _death(folder, next((beat for beat in beats if beat.pid == pid), None), pid, signal, None)
    lost = [beat for beat in beats if beat.state == RUNNING and beat.worker is None] if code else []
    if not lost:
        return None
    beat = next((beat for beat in lost if beat.pid != pid), lost[0])
    return _death(folder, beat, beat.pid, None, code if beat.pid == pid else None)


def _death(folder: Path, beat: Beat | None, pid: int, signal: str | None, code: int | None) -> Observation:
    text = read_dump(folder, pid, "fatal")
    stack = dumped_stack(text)
    word = fatal_word(text)
    loading = _is_loading(stack)
    samples = beat.samples if beat and loading else ()
    death = Death(
        signal=signal or next((name for start, name in _BY_WORD.items() if word.startswith(start)), None),
        code=code,
        stack=stack,
        fatal=word,
        samples=samples,
        worker=beat.worker if beat else None,
        pid=pid,
        steps=beat.steps if beat else 0,
    )
    rows = (samples.index(beat.last),) if beat and beat.last in samples else ()
    batch = Batch(indices=samples, culprits=rows) if samples else None
    return Observation(death, _moment(beat, stack), batch)


def _interruption(folder: Path, pid: int, signal: str, beats: Sequence[Beat], began: float) -> Observation:
    stacks = {}
    samples = {}
    stopped_at = time.time()
    for beat in beats:
        stack = dumped_stack(read_dump(folder, beat.pid, "stopped"))
        if not stack:
            continue
        name = "main" if beat.pid == pid else f"worker {beat.worker}" if beat.worker is not None else f"process {beat.pid}"
        stacks[name] = stack
        samples[name] = beat.samples[:8] if beat.last is None else (beat.last,)
        with suppress(OSError):
            stopped_at = min(stopped_at, (folder / f"{beat.pid}.stopped").stat().st_mtime)
    main = next((beat for beat in beats if beat.pid == pid), beats[0] if beats else None)
    stop = Interruption(
        signal=signal,
        still_seconds=max(0.0, stopped_at - main.moved) if main and main.steps else None,
        usual_seconds=main.usual_seconds if main and main.steps else None,
        alive_seconds=stopped_at - began,
        steps=main.steps if main else 0,
        stacks=stacks,
        samples=samples,
    )
    return Observation(stop, _moment(main, stacks.get("main", ())))


def _moment(beat: Beat | None, stack: Sequence[Frame]) -> Moment:
    from stepscope.collect.torch.stages import stage_of_frames

    return Moment(
        stage=stage_of_frames(tuple(stack)) or (Stage.DATA if _is_loading(stack) else None),
        step=beat.steps + 1 if beat else None,
        rank=beat.rank if beat else None,
        time=time.time(),
        pid=beat.pid if beat else 0,
    )


def _is_loading(stack: Sequence[Frame]) -> bool:
    return any("torch/utils/data" in frame.file.replace("\\", "/") or frame.name == "__getitem__" for frame in stack)
