"""The supervisor: starts the command, waits, and gathers what is left when it ends. It imports no framework."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from stepscope.collect.process import channel, heartbeat, signals
from stepscope.collect.process.deaths import memory_kills
from stepscope.collect.process.endings import crashes, ending_of, killed_child
from stepscope.collect.process.gather import merged, parted, with_steps
from stepscope.collect.process.settings import Settings
from stepscope.collect.torch.skipping.ledger import skipped_in
from stepscope.collect.trouble import trouble
from stepscope.evidence import Death, Failure, NonFinite, Observation, Skipped

INJECT = Path(__file__).resolve().parents[1] / "inject"
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code (negative for a signal), and what was seen."""

    code: int
    observations: tuple[Observation, ...] = ()
    steps: int = 0
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class CannotStart(OSError):
    """The command could not be started."""


def supervise(command: Sequence[str], settings: Settings = Settings(), told: Callable[[Observation], None] | None = None) -> Ended:  # noqa: B008
    """Run a command under guard, with our standard streams, and gather the evidence when it has ended.

    `told` is called with each step that was not finite, as soon as it is diagnosed, while the command runs on.
    From here on the signals that stop a program are for the command: they do not end this process any more.
    Raises CannotStart where there is no such command.
    """
    arrival = signals.hold()
    try:
        folder = Path(tempfile.mkdtemp(prefix="stepscope-"))
    except OSError as problem:
        trouble("this run is not guarded", problem)
        return Ended(signals.wait(_start(command, dict(os.environ)), Path(os.devnull), arrival)[0])
    try:
        kills, _ = memory_kills()
        began = time.time()
        process = _start(command, {**environment(folder), **settings.environment()})
        code, stop = signals.wait(process, folder, arrival, _Watch(folder, told).look if told else lambda: None)
        try:
            ended = _ended(folder, process.pid, code, kills, began, stop)
            return replace(ended, skipped=skipped_in(folder))
        except Exception as problem:
            trouble("could not read what was seen", problem)
            return Ended(code)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Watch:
    """Looks into the run folder for steps that were not finite, while the command runs."""

    def __init__(self, folder: Path, told: Callable[[Observation], None]) -> None:
        self._folder = folder
        self._told = told
        self._seen: set[Path] = set()

    def look(self) -> None:
        for path in sorted(set(self._folder.glob(f"*{channel.SUFFIX}")) - self._seen):
            self._seen.add(path)
            try:
                observation = channel.decode(path.read_bytes())
                if NonFinite in observation and Failure not in observation:
                    self._told(observation)
            except Exception as problem:
                trouble("could not tell of a step", problem)


def leave(code: int) -> NoReturn:
    """End this process as the command ended: with its exit code, or by the signal that ended it, without a core file of ours."""
    if code >= 0 or os.name != "posix":
        sys.exit(code)
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    with contextlib.suppress(Exception):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
    with contextlib.suppress(OSError, ValueError):
        signal.signal(-code, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {-code})
    os.kill(os.getpid(), -code)
    sys.exit(128 - code)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a guarded command: the run folder, and our `sitecustomize` ahead on the path."""
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        channel.VARIABLE: str(folder),
        "STEPSCOPE_STARTED_IN": os.getcwd(),
        "PYTHONPATH": f"{INJECT}{os.pathsep}{path}" if path else str(INJECT),
    }


def _start(command: Sequence[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(list(command), env=variables, preexec_fn=signals.let_go if os.name == "posix" else None)
    except OSError as problem:
        raise CannotStart(problem.errno, problem.strerror, command[0]) from problem


def _ended(folder: Path, pid: int, code: int, kills: int | None, began: float, stop: signals.Stop | None) -> Ended:
    beats = heartbeat.read_all(folder)
    seen = [each for each in (*channel.read(folder), *crashes(folder, beats)) if stop is None or each.moment.time < stop.time]
    steps_seen, seen = parted(seen)
    observations = (killed_child(folder, pid, seen, beats) or merged(seen, beats, pid)) if code else []
    kills_now, told_by = memory_kills()
    if not observations and (ending := ending_of(folder, pid, code, beats, stop, began)):
        observations = [ending]
    observations = with_steps(steps_seen, observations)
    more = kills_now - kills if kills is not None and kills_now is not None else None
    observations = [_with_kills(each, more, told_by) for each in observations]
    steps = max((beat.steps for beat in beats), default=0)
    notes = () if beats else ("no Python process of this command was guarded",)
    return Ended(code, tuple(observations), steps, notes)


def _with_kills(observation: Observation, kills: int | None, told_by: str) -> Observation:
    death = observation.get(Death)
    return observation.with_(replace(death, memory_kills=kills, told_by=told_by)) if death else observation
