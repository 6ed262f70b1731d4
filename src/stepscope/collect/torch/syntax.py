"""The syntax tree of the user's functions: where a frame stands in it, what surrounds a line, what assigns a name."""

from __future__ import annotations

import ast
import linecache
import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from stepscope.collect.owner import is_users, shown
from stepscope.collect.source import line_text
from stepscope.evidence import Frame

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Module
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@lru_cache(maxsize=64)
def tree_of(file: str) -> ast.Module | None:
    """The tree of a file, None where its source is not at hand."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def function_of(code: CodeType) -> Function | None:
    """The definition that this code was made from; for a comprehension the function around it.

    What is run again of a function bears its name, and begins at the first of its statements that are.
    """
    tree = tree_of(code.co_filename)
    if tree is None or code.co_name == "<module>":
        return tree
    around: Function = tree
    for node in ast.walk(tree):
        if not isinstance(node, _DEFINITIONS):
            continue
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        if first_line(node) == code.co_firstlineno and name == code.co_name:
            return node
        if holds(node, code.co_firstlineno):
            around = node
    return around if code.co_name.startswith("<") or getattr(around, "name", "") == code.co_name else None


def around(file: str, line: int) -> Function | None:
    """The innermost definition that holds a line, or the module; None where there is no source."""
    tree = tree_of(file)
    if tree is None:
        return None
    holding = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and holds(node, line)]
    return max(holding, key=first_line, default=tree)


def receiver(code: CodeType) -> str:
    """How a method calls the object that it belongs to: `self` mostly, `s` or `this` to some; empty without a parameter."""
    return code.co_varnames[0] if code.co_argcount else ""


def first_line(node: Function) -> int:
    """The line at which Python lets a function begin: its first decorator's."""
    decorators = getattr(node, "decorator_list", [])
    return int(min([getattr(node, "lineno", 1), *(decorator.lineno for decorator in decorators)]))


def holds(node: ast.AST, line: int) -> bool:
    """Whether the node covers this line."""
    return getattr(node, "lineno", 0) <= line <= (getattr(node, "end_lineno", 0) or 0)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function in the order of the source, without those of functions and classes defined inside."""
    waiting = list(ast.iter_child_nodes(function))[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_DEFINITIONS, ast.ClassDef)):
            waiting.extend(list(ast.iter_child_nodes(node))[::-1])


def loops_around(function: ast.AST, line: int) -> list[ast.For | ast.While]:
    """The loops that hold this line, the innermost first."""
    found = [node for node in own_nodes(function) if isinstance(node, (ast.For, ast.While)) and holds(node, line)]
    return found[::-1]


def assignments(function: ast.AST, target: str) -> list[tuple[ast.AST, ast.expr]]:
    """What gives this name (or dotted name) a value or appends to it, with the value, in the order of the source."""
    found: list[tuple[ast.AST, ast.expr]] = []
    for node in own_nodes(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                found += [(node, part) for one in targets if (part := _part(one, value, target)) is not None]
            case ast.AnnAssign(target=one, value=ast.expr() as value) | ast.AugAssign(target=one, value=value):
                found += [(node, value)] if ast.unparse(one) == target else []
            case ast.Call(func=ast.Attribute(value=one, attr="append" | "extend" | "insert"), args=[*_, value]):
                found += [(node, value)] if ast.unparse(one) == target else []
            case ast.NamedExpr(target=one, value=value):
                found += [(node, value)] if one.id == target else []
            case ast.For(target=one, iter=value):
                found += [(node, value)] if _part(one, value, target) is not None else []
    return found


def _part(target: ast.expr, value: ast.expr, wanted: str) -> ast.expr | None:
    """The part of the value that reaches the wanted name."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return value if ast.unparse(target) == wanted else None
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) else None
    for place, one in enumerate(target.elts):
        found = _part(one.value if isinstance(one, ast.Starred) else one, parts[place] if parts else value, wanted)
        if found is not None:
            return found
    return None


def frame_at(file: str, line: int, function: str = "") -> Frame:
    """A place in the user's source as a frame."""
    return Frame(file=shown(file), line=line, function=function, code=line_text(file, line), user=True)


def user_modules() -> list[Any]:
    """The imported modules that are the user's own, each file once."""
    found: dict[str, Any] = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and is_users(file) and os.path.isfile(file):
            found.setdefault(os.path.abspath(file), module)
    return list(found.values())


def user_files() -> list[str]:
    """The files of these modules, and the cells of a notebook, which Python keeps the lines of."""
    return [module.__file__ for module in user_modules()] + [name for name in list(linecache.cache) if is_users(name) and not os.path.isfile(name)]


def only_statement(pattern: re.Pattern[str]) -> Frame | None:
    """The user's only statement of this kind, in all of their modules and cells; None where there are several."""
    found = statements(pattern)
    return found[0] if len(found) == 1 else None


def statements(pattern: re.Pattern[str]) -> list[Frame]:
    """The user's statements of this kind."""
    return [
        frame_at(file, node.lineno)
        for file in user_files()
        for node in ast.walk(tree_of(file) or ast.Module([], []))
        if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign)) and pattern.search(ast.unparse(node)) and not _quotes(node, pattern)
    ]


def _quotes(node: ast.AST, pattern: re.Pattern[str]) -> bool:
    """Whether a text within the statement (a docstring, a message) speaks of it."""
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and pattern.search(part.value) for part in ast.walk(node))
