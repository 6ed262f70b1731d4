"""`stepscope.explain`: the cause of a failure, from pasted text or from an exception."""

from __future__ import annotations

from stepscope.diagnose import Report, diagnose


def explain(what: str | bytes | BaseException) -> Report:
    """The primary failure of a log, its stage, its cause and the fix.

    `what` is the text of a log (of any framework, of any number of processes), or an exception. Nothing in a text is executed,
    imported or opened. Raises TypeError for anything else.
    """
    if isinstance(what, BaseException):
        from stepscope.collect.failure import failure_of
        from stepscope.evidence import Observation

        return diagnose("explain", [Observation(failure_of(what))])
    if not isinstance(what, (str, bytes)):
        raise TypeError(f"explain takes the text of a log or an exception, not {type(what).__name__}")
    from stepscope.collect.logs.read import read_stream, read_text

    if isinstance(what, bytes):
        import io

        reading = read_stream(io.BytesIO(what))
    else:
        reading = read_text(what)
    return diagnose("explain", reading.observations)
