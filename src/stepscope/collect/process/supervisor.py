"""The supervisor: starts the command, waits, and gathers what is left when it ends. It imports no framework."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stepscope.collect.process import channel, heartbeat
from stepscope.collect.process.deaths import memory_kills
from stepscope.collect.process.endings import ending_of
from stepscope.collect.process.gather import merged
from stepscope.collect.process.signals import wait
from stepscope.evidence import Death, Observation

INJECT = Path(__file__).resolve().parents[1] / "inject"


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code as a shell would give it, and what was seen."""

    code: int
    observations: tuple[Observation, ...]
    steps: int
    notes: tuple[str, ...] = ()


class CannotStart(OSError):
    """The command could not be started."""


def supervise(command: Sequence[str]) -> Ended:
    """Run a command under guard, with our standard streams, and gather the evidence when it has ended.

    Raises CannotStart where there is no such command.
    """
    folder = Path(tempfile.mkdtemp(prefix="stepscope-"))
    try:
        kills, _ = memory_kills()
        began = time.time()
        process = _start(command, folder)
        code, stopped_by = wait(process, folder)
        return _ended(folder, process.pid, code, kills, began, stopped_by)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a guarded command: the run folder, and our `sitecustomize` ahead on the path."""
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        channel.VARIABLE: str(folder),
        "STEPSCOPE_STARTED_IN": os.getcwd(),
        "PYTHONPATH": f"{INJECT}{os.pathsep}{path}" if path else str(INJECT),
    }


def _start(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(list(command), env=environment(folder))
    except OSError as problem:
        raise CannotStart(problem.errno, problem.strerror, command[0]) from problem


def _ended(folder: Path, pid: int, code: int, kills: int | None, began: float, stopped_by: str | None) -> Ended:
    beats = heartbeat.read_all(folder)
    observations = merged(channel.read(folder), beats) if code else []
    kills_now, told_by = memory_kills()
    ending = ending_of(folder, pid, code, beats, stopped_by, began)
    if ending is not None:
        more = kills_now - kills if kills is not None and kills_now is not None else None
        ending = _with_kills(ending, more, told_by)
        observations = observations or [ending]
    steps = max((beat.steps for beat in beats), default=0)
    notes = () if beats else ("no Python process of this command was guarded",)
    return Ended(code if code >= 0 else 128 - code, tuple(observations), steps, notes)


def _with_kills(observation: Observation, kills: int | None, told_by: str) -> Observation:
    death = observation.get(Death)
    return observation.with_(replace(death, memory_kills=kills, told_by=told_by)) if death else observation
