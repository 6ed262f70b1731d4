"""The tensor whose graph an earlier backward had freed, told from the loops around the line that failed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.resolve import resolve, stored_attributes
from stepscope.collect.torch.syntax import assignments, frame_at, function_of, holds, loops_around, own_nodes, receiver, tree_of
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame, Reused

BEFORE, CARRIED, SHARED, KEPT = "made once before this step", "carried over from the step before", "in two losses", "kept by the model"


def reused_of(stack: list[Entry], exception: BaseException) -> Reused | None:
    """The tensor that two backward passes share; None where none stands out."""
    if "backward through the graph a second time" not in str(exception):
        return None
    for frame, line, _ in stack[::-1]:
        if is_users(frame.f_code.co_filename):
            found = _in_frame(frame, line)
            if found is not None:
                return found
    return _in_models(stack)


def _in_frame(frame: FrameType, line: int) -> Reused | None:
    function = function_of(frame.f_code)
    if function is None:
        return None
    for loop in loops_around(function, line):
        for name, first_read in _reads(loop).items():
            if not _has_graph(resolve(ast.parse(name, mode="eval").body, frame)):
                continue
            made = [node for node, _ in assignments(function, name)]
            inside = [node for node in made if holds(loop, _line(node))]
            if made and not inside:
                return Reused(name, BEFORE, _at(frame, made[-1]))
            if inside and first_read < min(_end(node) for node in inside) and not isinstance(inside[0], ast.For):
                return Reused(name, CARRIED, _at(frame, inside[-1]))
    return _shared(frame, function, line) or _from_outside(frame, function)


def _from_outside(frame: FrameType, function: ast.AST) -> Reused | None:
    """A tensor with a graph that a function reads from around it: it was made before the function was called."""
    names = {ast.unparse(n) for n in own_nodes(function) if isinstance(n, (ast.Name, ast.Attribute)) and isinstance(n.ctx, ast.Load)}
    module = tree_of(frame.f_code.co_filename)
    for name in sorted(names) if not isinstance(function, ast.Module) else ():
        if name.partition(".")[0] in frame.f_locals and not name.startswith("self."):
            continue
        if not assignments(function, name) and _has_graph(resolve(ast.parse(name, mode="eval").body, frame)):
            owner = frame.f_locals.get("self")
            made = assignments(module, name) if module is not None else []
            line = _written(owner, name.removeprefix("self.")) if name.startswith("self.") else _at(frame, made[-1][0]) if made else None
            return Reused(name, BEFORE, line)
    return None


def _reads(loop: ast.For | ast.While) -> dict[str, tuple[int, int]]:
    """The names and attributes that a loop's body reads, with the first place (line, column) that does."""
    found: dict[str, tuple[int, int]] = {}
    for statement in loop.body:
        for node in [statement, *own_nodes(statement)]:
            read = node.target if isinstance(node, ast.AugAssign) else node
            loaded = isinstance(node, ast.AugAssign) or (isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load))
            if loaded and isinstance(read, ast.expr):
                name, place = ast.unparse(read), (read.lineno, read.col_offset)
                found[name] = min(found.get(name, place), place)
    return found


def _has_graph(value: Any) -> bool:
    parts = list(value.values()) if type(value) is dict else value if type(value) in (tuple, list) else [value]
    return any(is_tensor(part) and part.grad_fn is not None for part in list(parts)[:50])


def _shared(frame: FrameType, function: ast.AST, line: int) -> Reused | None:
    """The last tensor that was made before both of two backward calls of one function and went into both losses."""
    calls = [n for n in own_nodes(function) if isinstance(n, ast.Attribute) and n.attr == "backward" and n.lineno <= line]
    if len(calls) < 2:
        return None
    earlier = [_makers(function, call.value) for call in calls[:-1]]
    last = _makers(function, calls[-1].value)
    both = [(node, list(dict.fromkeys((first, last[node])))) for made in earlier for node, first in made.items() if node in last]
    places = [(node, names) for node, names in both if all(_has_graph(frame.f_locals.get(name)) for name in names)]
    if not places:
        return None
    node, names = max(places, key=lambda place: _end(place[0]))
    return Reused("` and `".join(names), SHARED, _at(frame, node))


def _makers(function: ast.AST, loss: ast.expr) -> dict[ast.AST, str]:
    """The statements that made all that a loss was made of, each with the name that it gave a value on this way."""
    found: dict[ast.AST, str] = {}
    seen = {ast.unparse(loss), *(n.id for n in ast.walk(loss) if isinstance(n, ast.Name))}
    waiting = sorted(seen)
    while waiting:
        made = waiting.pop()
        for node, value in assignments(function, made):
            found.setdefault(node, made)
            names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} - seen
            seen |= names
            waiting += sorted(names)
    return found


def _in_models(stack: list[Entry]) -> Reused | None:
    """A state with a graph that a module keeps as a plain attribute."""
    for owner in _owners(stack):
        for name, value in list(stored_attributes(owner).items()):
            if not name.startswith("_") and _has_graph(value):
                return Reused(f"{type(owner).__name__}.{name}", KEPT, _written(owner, name))
    return None


def _owners(stack: list[Entry]) -> Iterator[Any]:
    for model in models(stack):
        yield model
        yield from (module for _, module, _ in walk_modules(model))


def _written(owner: Any, name: str) -> Frame | None:
    """The line that gives an object its attribute: in a step rather than in the construction."""
    found: list[Frame] = []
    for method in vars(type(owner)).values():
        code: Any = getattr(method, "__code__", None)
        function = function_of(code) if code is not None and is_users(code.co_filename) else None
        made = assignments(function, f"{receiver(code)}.{name}") if function is not None else []
        found += [frame_at(code.co_filename, _line(node), code.co_name) for node, _ in made]
    return next((frame for frame in found[::-1] if frame.function != "__init__"), found[-1] if found else None)


def _end(node: ast.AST) -> tuple[int, int]:
    """Where a statement ends: what is read before that is read before the statement gives a value."""
    return int(getattr(node, "end_lineno", 0)), int(getattr(node, "end_col_offset", 0))


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _at(frame: FrameType, node: ast.AST) -> Frame:
    return frame_at(frame.f_code.co_filename, _line(node), frame.f_code.co_name)
