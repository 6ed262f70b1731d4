"""`stepscope.explain`: the cause of a failure, from pasted text or from an exception."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO

from stepscope.diagnose import Report, diagnose


def explain(what: str | bytes | BaseException) -> Report:
    """The primary failure of a log, its stage, its cause and the fix.

    `what` is the text of a log (of any framework, of any number of processes), or an exception. Nothing in a text is executed,
    imported or opened. Raises TypeError for anything else.
    """
    if isinstance(what, BaseException):
        from stepscope.collect.failure import failure_of
        from stepscope.evidence import Machine, Observation

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
    return replace(diagnose("explain", reading.observations), consequences=reading.consequences, lines=reading.lines)
