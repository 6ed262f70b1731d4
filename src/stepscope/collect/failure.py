"""An exception becomes evidence: its words, and its frames with their source."""

from __future__ import annotations

from dataclasses import replace
from types import FrameType, TracebackType

from stepscope.collect.logs.frames import entries_in
from stepscope.collect.owner import is_users, shown
from stepscope.collect.source import entries, expression, line_text, span
from stepscope.collect.unseen import is_ours
from stepscope.evidence import Failure, Frame

OUTER, INNER = 60, 60
"""Frames kept from each end of a very deep stack."""
MESSAGE = 20_000
CHAIN = 8


def failure_of(exception: BaseException, depth: int = 0) -> Failure:
    """The exception with its chain, nearest cause first. Never raises for a strange exception."""
    kind = type(exception)
    name, message, wrapped = _bare(exception)
    causes = [] if depth >= CHAIN else [failure_of(cause, CHAIN) for cause in chain(exception)]
    return Failure(
        type=name,
        module=kind.__module__,
        message=message,
        bases=tuple(base.__name__ for base in kind.__mro__[1:]),
        frames=(*frames_of(exception.__traceback__), *_unread(exception), *_in_pool(exception), *traced_frames(message), *wrapped, *_in_function(kind, message)),
        causes=tuple(causes),
        errno=_plain_int(getattr(exception, "errno", None)),
        filename=_filename(exception),
        key=repr(exception.args[0])[:200] if isinstance(exception, KeyError) and exception.args else None,
    )


def _bare(exception: BaseException) -> tuple[str, str, tuple[Frame, ...]]:
    """Its type, its words, and the frames within them: TensorFlow and Keras wrap both in where they were met."""
    kind, words = type(exception), message_of(exception)
    if not kind.__module__.startswith(("tensorflow", "keras")):
        return kind.__name__, words, ()
    from stepscope.collect.logs.keras import bared

    name, words, frames = bared(kind.__name__, words)
    return name, words, tuple(_here(frame) for frame in frames)


def _unread(exception: BaseException) -> tuple[Frame, ...]:
    """The line that Python could not read: a syntax error is raised before there is a frame."""
    if not isinstance(exception, SyntaxError) or not exception.filename or not exception.lineno:
        return ()
    file = exception.filename
    return (Frame(file=shown(file), line=exception.lineno, function="<module>", code=(exception.text or "").strip(), user=is_users(file)),)


def chain(exception: BaseException) -> list[BaseException]:
    """The exceptions that this one was raised from or while handling, nearest first, each once."""
    found: list[BaseException] = []
    following = _before(exception)
    while following is not None and all(following is not seen for seen in (exception, *found)) and len(found) < CHAIN:
        found.append(following)
        following = _before(following)
    return found


def frames_of(traceback: TracebackType | None) -> tuple[Frame, ...]:
    """The frames of a traceback without ours, outermost first."""
    found = [entry for entry in entries(traceback) if not is_ours(entry[0])]
    if len(found) > OUTER + INNER:
        found = found[:OUTER] + found[-INNER:]
    return tuple(frame_of(*entry) for entry in found)


def traced_frames(message: str) -> tuple[Frame, ...]:
    """The user's frames that torch.compile names in its words ("from user code:"), where its own frames hide them."""
    _, named, text = message.partition("from user code:")
    return tuple(frame for frame in _told(text) if frame.user) if named else ()


def _in_function(kind: type, message: str) -> tuple[Frame, ...]:
    """The user's frames in a function that TensorFlow called (`tf.py_function`, `from_generator`): its words end in that function's own traceback."""
    _, called, text = message.partition("Traceback (most recent call last):")
    return tuple(frame for frame in _told(text) if frame.user) if called and kind.__module__.startswith("tensorflow") else ()


def _told(text: str) -> tuple[Frame, ...]:
    """The frames that a text holds, as those of files on this machine."""
    return tuple(map(_here, entries_in(text)))


def _here(frame: Frame) -> Frame:
    """A frame that was read in a text, as one of a file on this machine."""
    return replace(frame, file=shown(frame.file), user=is_users(frame.file))


def _in_pool(exception: BaseException) -> tuple[Frame, ...]:
    """The frames in the process of a pool (multiprocessing, concurrent.futures, joblib), which sends its traceback as text."""
    text = getattr(exception.__cause__, "tb", None)
    if not type(exception.__cause__).__name__.endswith("RemoteTraceback") or not isinstance(text, str):
        return ()
    return _told(text)


def frame_of(frame: FrameType, line: int, instruction: int = -1) -> Frame:
    """One frame with its source line and, where Python tells it, the expression."""
    file = frame.f_code.co_filename
    return Frame(
        file=shown(file),
        line=line,
        function=qualified(frame),
        code=line_text(file, line, frame),
        expression=expression(file, span(frame.f_code, instruction)) if is_users(file) else "",
        user=is_users(file),
    )


def qualified(frame: FrameType) -> str:
    """The function's name; with its class from Python 3.11 on."""
    name = str(getattr(frame.f_code, "co_qualname", frame.f_code.co_name))
    return name.replace("<locals>.", "")


def _before(exception: BaseException) -> BaseException | None:
    if exception.__cause__ is not None:
        return exception.__cause__
    return None if exception.__suppress_context__ else exception.__context__


def message_of(exception: BaseException) -> str:
    try:
        return str(exception)[:MESSAGE]
    except Exception:
        return "(its text could not be made)"


def _filename(exception: BaseException) -> str | None:
    name = getattr(exception, "filename", None)
    if isinstance(name, bytes):
        return name.decode(errors="replace")
    return str(name) if isinstance(name, str) or hasattr(name, "__fspath__") else None


def _plain_int(value: object) -> int | None:
    return value if isinstance(value, int) else None
