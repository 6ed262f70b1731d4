"""Why a sample is replaced, or its exception let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stepscope.collect.failure import message_of


@dataclass(frozen=True)
class Reason:
    """Why a sample is replaced: what was raised at this stage, in these words where they are better than its own, and which samples may follow."""

    problem: Exception
    stage: str = "data"
    words: str = ""
    may_follow: Callable[[Any], bool] = lambda _: True

    @property
    def text(self) -> str:
        """As it is told."""
        return f"{type(self.problem).__name__}: {self.words or message_of(self.problem)[:300]}".removesuffix(": ")


def note(problem: Exception, words: str) -> None:
    """Say under the exception why it was let through (Python 3.11 and newer)."""
    if hasattr(problem, "add_note"):
        problem.add_note(f"stepscope: {words}")


def file_of(problem: Exception | None) -> str | None:
    """The file that an exception names."""
    name = getattr(problem, "filename", None)
    return str(name) if isinstance(name, str) else None
