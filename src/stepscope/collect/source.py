"""The source of a frame: the text of its line, and the expression that was being evaluated (PEP 657)."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice
from types import CodeType, FrameType, TracebackType
from typing import NamedTuple

from stepscope.collect.owner import is_users


class Span(NamedTuple):
    """Where an instruction stands in its file: lines from 1, columns from 0 in bytes; None where Python does not tell."""

    line: int | None
    end_line: int | None
    column: int | None
    end_column: int | None


def line_text(file: str, line: int, frame: FrameType | None = None) -> str:
    """The text of the line without its indentation, empty where there is no source."""
    return linecache.getline(file, line, frame.f_globals if frame else None).strip()


def span(code: CodeType, instruction: int) -> Span:
    """The part of the source that belongs to the instruction at this offset in bytes."""
    positions = getattr(code, "co_positions", None)
    if positions is None or instruction < 0:
        return Span(None, None, None, None)
    return Span(*next(islice(positions(), instruction // 2, None), (None, None, None, None)))


def expression(file: str, where: Span) -> str:
    """The source text of a span, on one line; empty where it is not known."""
    if None in where:
        return ""
    lines = [linecache.getline(file, number) for number in range(where.line or 0, (where.end_line or 0) + 1)]
    if not lines or not lines[-1]:
        return ""
    encoded = [line.encode() for line in lines]
    encoded[-1] = encoded[-1][: where.end_column]
    encoded[0] = encoded[0][where.column :]
    return " ".join(part.decode(errors="replace").strip() for part in encoded)


def parse_expression(text: str) -> ast.expr | None:
    """The syntax tree of an expression; None where the text is not one."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parse_line(text: str) -> ast.AST | None:
    """The syntax tree of one line of source, also where it opens a block; None where it cannot stand alone."""
    for attempt in (text, text + " pass" if text.endswith(":") else text + ")", text.removeprefix("return ")):
        try:
            return ast.parse(attempt.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def entries(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int, int]]:
    """Frames of a traceback, outermost first, with the line and the instruction that each was at."""
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno, traceback.tb_lasti
        traceback = traceback.tb_next


def loading_frames(stack: Sequence[tuple[FrameType, int, int]]) -> list[FrameType]:
    """The user's own frames that load a sample, from the data set's method inwards; empty where none is being loaded."""
    users = [frame for frame, _, _ in stack if is_users(frame.f_code.co_filename)]
    return list(dropwhile(lambda frame: frame.f_code.co_name not in ("__getitem__", "__iter__"), users))
