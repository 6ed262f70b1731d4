"""`stepscope.explain`: the cause of a failure, from pasted text or from an exception."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from stepscope.catalogue import find
from stepscope.diagnose import Report, diagnose
from stepscope.evidence import Failure, Observation

DEFINITE = ("NameError", "SyntaxError", "ImportError")
"""Exceptions that are about the program's text: nothing before them led to them."""
INDIRECT = ("UnboundLocalError",)
"""But for a name that was not set because something else had been passed over."""


def explain(what: str | bytes | BaseException) -> Report:
    """The primary failure of a log, its stage, its cause and the fix.

    `what` is the text of a log (of any framework, of any number of processes), or an exception. Nothing in a text is executed,
    imported or opened. Raises TypeError for anything else.
    """
    if isinstance(what, BaseException):
        from stepscope.collect.failure import failure_of
        from stepscope.evidence import Machine

        return diagnose("explain", [Observation(failure_of(what), Machine())])
    if isinstance(what, str):
        what = what.encode("utf-8", "replace")
    if not isinstance(what, bytes):
        raise TypeError(f"explain takes the text of a log or an exception, not {type(what).__name__}")
    return explain_stream(io.BytesIO(what), "log")


def explain_stream(stream: BinaryIO, name: str) -> Report:
    """The same for a stream of any size, in bounded memory. `name` is what its lines are cited by."""
    from stepscope.collect.logs.read import read_stream

    reading = read_stream(stream, name)
    report = _first_known(reading.candidates)
    if not report.findings:
        guess = _first_known(reading.guesses)
        report = guess if _is_known(guess) else report
    return replace(report, consequences=reading.consequences, lines=reading.lines)


def _first_known(candidates: Sequence[Observation]) -> Report:
    """The report on the first that a rule knows; where none is known, on the first that is told at all."""
    report = Report("explain")
    for seen in candidates:
        told = diagnose("explain", [seen])
        if _is_known(told):
            return told
        report = report if report.findings else told
        failure = seen.get(Failure)
        if failure is not None and failure.is_a(*DEFINITE) and failure.type not in INDIRECT:
            break
    return report


def _is_known(report: Report) -> bool:
    return bool(report.findings) and not find(report.findings[0].code).fallback
