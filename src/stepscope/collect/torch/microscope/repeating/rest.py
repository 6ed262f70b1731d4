"""The rest of a body: where the whole draws from what has moved on, the statements after the draw can still be repeated.

They begin with the values that the frame holds now, so they must need nothing that they have bound anew since.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.lines import is_broken
from stepscope.collect.torch.microscope.repeating.order import bound_by, lost_in
from stepscope.collect.torch.microscope.repeating.units import Unit, units
from stepscope.collect.torch.syntax import frame_at, holds
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame

UNITS, STARTS = 4, 6
"""Units whose rest is tried, and statements that it may begin with."""


class Broken(NamedTuple):
    """A variable that is not finite, and the last statement that has bound it, by its place in the body."""

    name: str
    place: int


def rests(stack: Sequence[Entry]) -> list[Unit]:
    """The rests that may be tried, the smallest first in each unit. A trainer's own functions stand between the user's and the backward: theirs come last."""
    found = sorted(units(stack), key=lambda unit: not is_users(unit.frame.f_code.co_filename))
    return [rest for unit in found[:UNITS] for rest in _rests_of(unit)]


def first_broken(stack: Sequence[Entry]) -> tuple[str, Frame] | None:
    """The user's variable that was not finite first in the innermost body that has one, and the line that has bound it last.

    The infinities of a mask, and a number that is infinite (the best loss so far), are asked for and tell nothing.
    """
    users = [entry for entry in stack if is_users(entry[0].f_code.co_filename)]
    for unit in islice(units(users), UNITS):
        done = _done(unit)
        found = [broken for broken in _broken(unit, done) if not _is_asked_for(unit.names[broken.name])]
        if found:
            code = unit.frame.f_code
            return found[0].name, frame_at(code.co_filename, done[found[0].place].lineno, code.co_name)
    return None


def lost_names(unit: Unit) -> set[str]:
    """What a unit needs as it was before, and the frame no longer knows."""
    if unit.skipped is not None:
        return set(unit.skipped)
    return lost_in(_done(unit), bound_by([unit.loop.target]) if isinstance(unit.loop, ast.For) else ())


def _rests_of(unit: Unit) -> Iterator[Unit]:
    done = _done(unit)
    tried: set[int] = set()
    for start in [len(done) - 1, *(broken.place for broken in _broken(unit, done)[::-1])][:STARTS]:
        while start > 0 and lost_in(done[start:]):
            start -= 1
        if start > 0 and start not in tried:
            tried.add(start)
            yield replace(unit, body=tuple(done[start:]), skipped=frozenset(bound_by(done[:start])))


def _broken(unit: Unit, done: Sequence[ast.stmt]) -> list[Broken]:
    """The variables that are not finite, in the order in which they were bound."""
    last = {name: place for place, statement in enumerate(done) for name in bound_by([statement])}
    found = [Broken(name, place) for name, place in last.items() if is_broken(unit.names.get(name), depth=2)]
    return sorted(found, key=lambda broken: broken.place)


def _is_asked_for(value: Any) -> bool:
    if isinstance(value, float):
        return value == value
    if not is_tensor(value) or bool(value.isnan().any()):
        return False
    finite = value.detach()[value.isfinite()]
    return bool(finite.numel()) and bool((finite == finite[0]).all())


def _done(unit: Unit) -> list[ast.stmt]:
    """The statements up to the one that is at work, those of a `with` each in a `with` of its own."""
    opened = list(_opened(unit.body, unit.line))
    last = max((place for place, statement in enumerate(opened) if holds(statement, unit.line)), default=len(opened) - 1)
    column = _column(unit)
    beside = [place for place, one in enumerate(opened) if holds(one, unit.line) and column is not None and _spans(one, unit.line, column)]
    return opened[: (beside[-1] if beside else last) + 1]


def _opened(body: Sequence[ast.stmt], line: int) -> Iterator[ast.stmt]:
    for statement in body:
        match statement:
            case ast.With(items=items, body=inner):
                for one in _opened(inner, line):
                    yield ast.copy_location(ast.With(items=items, body=[one]), one)
            case ast.If(body=inner, orelse=other) if holds(statement, line) and not holds(statement.test, line):
                yield from _opened(inner if any(holds(one, line) for one in inner) else other, line)
            case ast.Try(body=inner) if any(holds(one, line) for one in inner):
                yield from _opened(inner, line)
            case _:
                yield statement


def _column(unit: Unit) -> int | None:
    """The column that the frame is at: several statements may share a line."""
    if sys.version_info < (3, 11):
        return None
    positions: Any = next(islice(unit.frame.f_code.co_positions(), unit.instruction // 2, None), None)
    return positions[2] if positions is not None and positions[0] == unit.line else None


def _spans(statement: ast.stmt, line: int, column: int) -> bool:
    begins = (statement.lineno, statement.col_offset)
    return begins <= (line, column) <= (statement.end_lineno or 0, statement.end_col_offset or 0)
