"""Scripts run as a user runs them: bare, and under `stepscope run`."""

from __future__ import annotations

import atexit
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECONDS = 120
os.environ["STEPSCOPE_CACHE"] = tempfile.mkdtemp(prefix="stepscope-tests-")  # the user's own is not ours to fill
atexit.register(shutil.rmtree, os.environ["STEPSCOPE_CACHE"], ignore_errors=True)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # pytest-xdist's workers ignore Ctrl-C, and every process that they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def swept() -> None:
    """What other tests have left is gone: its finalizers would run while this test's stack is full, and fail there."""
    gc.collect()


@pytest.fixture(scope="module")
def watched() -> Iterator[None]:
    """PyTorch is watched in this very process, as it is in a guarded one; what was noted is let go of at the end."""
    from stepscope.collect.process.heartbeat import Page
    from stepscope.collect.torch import hooks

    hooks.install(lambda number: None, lambda exception, number: None)
    hooks.use_page(Page())
    yield
    hooks.release()


@dataclass(frozen=True)
class Ended:
    """What is seen of a process from outside, and the report where there is one."""

    code: int
    out: str
    err: str
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def found(self) -> dict[str, Any]:
        """The first finding."""
        return self.report["findings"][0]

    @property
    def name(self) -> str | None:
        """The slug of the first finding; None where there is none."""
        return self.found["name"] if self.report["findings"] else None

    @property
    def samples(self) -> list[int]:
        """The samples that the first finding names."""
        return [sample["index"] for sample in self.found["place"]["samples"]]


class Stage:
    """A folder with scripts, and the two ways to run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = Path(tempfile.mkdtemp(prefix="t-"))  # short: PyTorch makes sockets in it, whose paths end at 107 characters
        self.report = folder / "report.json"

    @property
    def environment(self) -> dict[str, str]:
        """One thread, and a folder for temporary files of its own: what is left in it is ours."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "STEPSCOPE"))}
        return {**kept, "OMP_NUM_THREADS": "1", "TMPDIR": str(self.temporary), "PYTHONPATH": ""}

    @property
    def left_behind(self) -> list[str]:
        """What lies in the folder for temporary files."""
        return sorted(path.name for path in self.temporary.iterdir() if path.name.startswith("stepscope"))

    def script(self, text: str, name: str = "train.py") -> str:
        """Write a script; gives its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return name

    def bare(self, *arguments: str, **options: Any) -> Ended:
        """`python ARGUMENTS...`"""
        return self.command([sys.executable, *arguments], **options)

    def guarded(self, *arguments: str, **options: Any) -> Ended:
        """`stepscope run --output report.json ARGUMENTS...`"""
        self.report.unlink(missing_ok=True)
        ended = self.command([*self.run, *arguments], **options)
        report = json.loads(self.report.read_text(encoding="utf-8")) if self.report.exists() else {}
        return Ended(ended.code, ended.out, ended.err, report)

    @property
    def run(self) -> list[str]:
        """The beginning of a guarded command."""
        return [sys.executable, "-m", "stepscope", "run", "--output", str(self.report)]

    def command(self, command: list[str], **options: Any) -> Ended:
        """Any command in this folder."""
        settings = {"cwd": self.folder, "env": self.environment, "stdin": subprocess.DEVNULL, "timeout": SECONDS, **options}
        ended = subprocess.run(command, capture_output=True, check=False, **settings)
        return Ended(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))


@pytest.fixture
def stage(tmp_path):
    """Where scripts are written and run."""
    made = Stage(tmp_path)
    yield made
    shutil.rmtree(made.temporary, ignore_errors=True)
