"""The condition behind an exception: what the statement that raised, or the tests around it, looked at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stepscope.collect.source import Span, span
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.syntax import Function, assignments, function_of, holds, own_nodes

_OF_FORM = {"shape", "dtype", "device", "ndim", "requires_grad", "size", "dim", "numel", "len", "isinstance", "type", "hasattr", "is_floating_point"}
"""Attributes and functions that tell of a tensor's form: its values do not matter to them."""
_TESTS = 2
"""Tests around a `raise` that are read, the innermost first."""

_START = re.compile(r"[-+]?(?:\w+\.(?:inf|infty|nan)|float\('[-+]?(?:inf|infinity|nan)'\))", re.IGNORECASE)
"""Infinity and NaN as a program writes them where it has no value yet."""


class Condition(NamedTuple):
    """`text` is what the user's own check says, empty where a library or an operator has raised; `names` are those whose values were looked at.

    `compares` is true where an `assert` holds values against each other.
    """

    text: str = ""
    names: frozenset[str] = frozenset()
    compares: bool = False


def condition_of(entry: Entry, leaves: bool) -> Condition:
    """The condition of the user's line that raised; with `leaves` it ends the process itself."""
    function = function_of(entry[0].f_code)
    statement = _statement(function, span(entry[0].f_code, entry[2]), entry[1]) if function is not None else None
    if function is None or statement is None:
        return Condition()
    if isinstance(statement, ast.Assert):
        return Condition(_text(function, statement, [statement.test]), _values([statement.test]), _compares(statement.test))
    if not (leaves or isinstance(statement, ast.Raise)):
        return Condition("", _values([statement]))
    around = [node for node in own_nodes(function) if isinstance(node, ast.If) and holds(node, entry[1])][::-1][:_TESTS]
    return Condition(_text(function, around[0] if around else statement, [node.test for node in around]), _values([node.test for node in around]))


def _statement(function: Function, where: Span, line: int) -> ast.stmt | None:
    """The innermost statement at work; of a block its head is meant."""
    found = [node for node in own_nodes(function) if isinstance(node, ast.stmt) and holds(node, line)]
    beside = [node for node in found if where.line == line and where.column is not None and node.col_offset <= where.column and _ends(node) >= (line, where.column)]
    return next(iter((beside or found)[::-1]), None)


def _ends(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _text(function: Function, statement: ast.stmt, tests: list[ast.expr]) -> str:
    """The check in words: the statement, the tests, what their names were given, and how the function around them is called.

    What a name began with is no check: the best loss so far is infinite (`best = math.inf`) before there was one.
    """
    given = [ast.unparse(value) for name in sorted(_values(tests)) for node, value in assignments(function, name) if not isinstance(node, ast.For)]
    asked = [words for words in given if not _START.fullmatch(words)]
    return " ".join([getattr(function, "name", ""), *map(ast.unparse, [statement, *tests]), *asked])


def _values(nodes: Sequence[ast.AST]) -> frozenset[str]:
    """The names whose values are read, not those whose form is."""
    return frozenset(node.id for each in nodes for node in _read(each) if isinstance(node, ast.Name))


def _read(node: ast.AST) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        match one:
            case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)) if name in _OF_FORM:
                continue
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                continue
            case ast.Name(ctx=ast.Load()):
                yield one
        waiting += ast.iter_child_nodes(one)


def _compares(test: ast.expr) -> bool:
    orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
    return any(isinstance(node, ast.Compare) and isinstance(node.ops[0], orders) and _values([node]) for node in ast.walk(test))
