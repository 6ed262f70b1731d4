"""The dictionary or list in which the failing line of the user's did not find what it looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.source import expression, line_text, parse_expression, parse_line, span
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.resolve import MISSING, resolve, stored_attributes
from stepscope.collect.torch.syntax import assignments, frame_at, function_of
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Lookup

Lacked = tuple[str, dict[Any, Any]]
KEYS = 40
RECORDS = 10_000
"""Records that are asked for the key at the most."""


def lookup_of(stack: list[Entry], exception: BaseException) -> Lookup | None:
    """What the innermost line looked a key or an index up in; None where it was another line's, or is no longer at hand."""
    found = _missed(stack, exception)
    return _lookup(*found, stack[-1]) if found else None


def lacked_of(stack: list[Entry], exception: BaseException) -> Lacked | None:
    """A name that the innermost line did not find in a dictionary, and the dictionary."""
    _, held, key = _missed(stack, exception) or (None, None, None)
    return (key, held) if isinstance(held, dict) and isinstance(key, str) else None


def _missed(stack: list[Entry], exception: BaseException) -> tuple[ast.Subscript, Any, Any] | None:
    if type(exception) not in (KeyError, IndexError) or not exception.args or not stack or not is_users(stack[-1][0].f_code.co_filename):
        return None
    frame = stack[-1][0]
    for part in _subscripts(stack[-1]):
        held = resolve(part.value, frame)
        key = exception.args[0] if isinstance(exception, KeyError) else resolve(part.slice, frame)
        if _lacks(held, key):
            return part, held, key
    return None


def _subscripts(entry: Entry) -> Iterator[ast.Subscript]:
    frame, line, instruction = entry
    file = frame.f_code.co_filename
    tree = parse_expression(expression(file, span(frame.f_code, instruction))) or parse_line(line_text(file, line, frame))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Subscript)) if tree is not None else ()


def _lacks(held: Any, key: Any) -> bool:
    if isinstance(held, dict):
        return dict.get(held, key, MISSING) is MISSING
    size = _size(held)
    return size is not None and type(key) is int and not -size <= key < size


def _size(held: Any) -> int | None:
    """How many entries a list, a tensor or an array has; None for anything else."""
    if type(held) in (list, tuple):
        return len(held)
    shape = getattr(held, "shape", ()) if is_tensor(held) or type(held).__module__ == "numpy" else ()
    return int(shape[0]) if shape else None


def _lookup(part: ast.Subscript, held: Any, key: Any, entry: Entry) -> Lookup:
    frame, line, _ = entry
    function = function_of(frame.f_code)
    made = assignments(function, ast.unparse(part.value))[-1:] if function is not None else []
    calls = [call for _, value in made for call in ast.walk(value) if isinstance(call, ast.Call)]
    keys = list(held) if isinstance(held, dict) else []
    records = _records(part.value, made, frame)
    return Lookup(
        name=ast.unparse(part.value),
        key=repr(key)[:100],
        keys=tuple(str(one)[:60] for one in keys[:KEYS]),
        origin=" ".join(ast.unparse(call.func) for call in calls[:4]),
        line=frame_at(frame.f_code.co_filename, getattr(made[0][0], "lineno", line), frame.f_code.co_name) if made else None,
        asked=ast.unparse(part.slice),
        size=len(keys) or _size(held) or 0,
        beside=_beside(part.value, frame),
        numbers=bool(keys) and list(held.values()) == list(range(len(keys))),
        content=_content(held),
        records=len(records),
        having=sum(key in record for record in records),
    )


def _beside(node: ast.expr, frame: FrameType) -> int:
    """The entries of the longest list, tensor or array of the object that keeps this one."""
    owner = resolve(node.value, frame) if isinstance(node, ast.Attribute) else MISSING
    return max((_size(value) or 0 for value in stored_attributes(owner).values()), default=0) if owner is not MISSING else 0


def _records(node: ast.expr, made: list[tuple[ast.AST, ast.expr]], frame: FrameType) -> list[dict[Any, Any]]:
    """The records among which this one stands: `rows` of `rows[i]`, of `row = rows[i]` and of `for row in rows`."""
    loop = bool(made) and isinstance(made[0][0], ast.For)
    source = made[0][1] if made else node
    around = source if loop else source.value if isinstance(source, ast.Subscript) else None
    held = resolve(around, frame) if around is not None else None
    records: Any = held.values() if isinstance(held, dict) else held if type(held) in (list, tuple) else ()
    found = list(records)[:RECORDS]
    return found if all(isinstance(one, dict) for one in found) else []


def _content(held: Any) -> str:
    """The first words and numbers of a record, by which a reader knows it again."""
    plain = [f"{key}: {value}" for key, value in held.items() if type(value) in (str, int, float)] if isinstance(held, dict) else []
    return ", ".join(plain[:4])[:160]
