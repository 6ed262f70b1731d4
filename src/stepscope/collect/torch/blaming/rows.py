"""The index that goes past its table, found in the user's line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple

from stepscope.collect.owner import is_users
from stepscope.collect.source import expression, line_text, parse_expression, parse_line, span
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.resolve import MISSING, resolve
from stepscope.collect.torch.tensors import is_tensor, tensor_of
from stepscope.evidence import Indexed

LISTED = 100_000
"""The longest list that is looked at as an index."""
_SAME_VALUES = {
    "unsqueeze", "squeeze", "view", "reshape", "flatten", "expand", "expand_as", "contiguous", "clone", "detach",
    "long", "int", "to", "cpu", "cuda", "numpy", "type", "astype", "repeat",
}  # fmt: skip
"""Methods after which a tensor of indices still holds the same indices, row for row."""
_INDEXED = {"gather", "scatter", "scatter_", "scatter_add", "scatter_add_", "index_select", "take_along_dim", "index_add_", "index_copy_"}

_UNORDERED = ("torch.uint16", "torch.uint32", "torch.uint64")


class Used(NamedTuple):
    """A tensor used as an index: the user's name for it, and how many entries the indexed axis has (None: not known).

    `beside` is the index of the first axis in the same brackets, entry by entry, and `rows` how many entries that axis has.
    """

    name: str
    index: Any
    size: int | None
    beside: Any = None
    rows: int | None = None


def index_of(stack: list[Entry]) -> Used | None:
    """The index that goes past its table in the user's innermost line: `table[index]`, `gather`, `scatter` and their kin."""
    entry = next((entry for entry in reversed(stack) if is_users(entry[0].f_code.co_filename)), None)
    if entry is None:
        return None
    frame, line, instruction = entry
    file = frame.f_code.co_filename
    tree: ast.AST | None = parse_expression(expression(file, span(frame.f_code, instruction)))
    tree = tree or parse_line(line_text(file, line, frame))
    uses = [use for node in ast.walk(tree) for use in _uses(node, frame)] if tree else []
    wrong = [use for use in uses if use.size is not None and _too_far(use)]
    return next(iter(wrong or uses), None)


def indexed_of(stack: list[Entry]) -> Indexed | None:
    """The same as evidence; None where no index is seen to go too far."""
    used = index_of(stack)
    return Indexed(used.name, tensor_of(used.index), used.size) if used and used.size is not None and _too_far(used) else None


def _too_far(use: Used) -> bool:
    return bool(use.index.numel()) and use.size is not None and (int(use.index.max()) >= use.size or int(use.index.min()) < -use.size)


def _uses(node: ast.AST, frame: FrameType) -> Iterator[Used]:
    match node:
        case ast.Subscript(value=table, slice=ast.Tuple(elts=parts)):
            first = next(_used(parts[0], table, 0, frame), None) if parts else None
            for axis, part in enumerate(parts):
                yield from (_beside(use, first) if axis and first else use for use in _used(part, table, axis, frame))
        case ast.Subscript(value=table, slice=part):
            yield from _used(part, table, 0, frame)
        case ast.Call(func=ast.Attribute(value=table, attr=name), args=[dim, index, *_]) if name in _INDEXED:
            axis = resolve(dim, frame)
            yield from _used(index, table, axis if isinstance(axis, int) else None, frame)
        case ast.Call(func=ast.Attribute(attr="one_hot") | ast.Name(id="one_hot"), args=[index, *rest], keywords=words):
            count = next(iter([*rest, *(word.value for word in words if word.arg == "num_classes")]), None)
            classes = resolve(count, frame) if count is not None else None
            yield from _used(index, classes, None, frame)


def _beside(use: Used, first: Used) -> Used:
    return use._replace(beside=first.index, rows=first.size) if first.index.shape == use.index.shape and use.index.dim() else use


def _used(node: ast.AST, table: ast.AST | int | None, axis: int | None, frame: FrameType) -> Iterator[Used]:
    base = _base(node)
    index = _as_tensor(_value(base, frame))
    if index is not None and not index.is_floating_point() and "bool" not in str(index.dtype):
        size = _size(table, axis, frame) if isinstance(table, ast.AST) else table
        yield Used(ast.unparse(base).removeprefix("self."), index.detach().cpu(), size if isinstance(size, int) else None)


def _value(node: ast.AST, frame: FrameType) -> Any:
    """What an index stands for; a column of a table, `cells[:, 1]`, is taken out of it."""
    match node:
        case ast.Subscript(value=table, slice=ast.Tuple(elts=[ast.Slice(lower=None, upper=None, step=None), ast.Constant(value=int(column))])):
            held = _as_tensor(resolve(table, frame))
            return held[:, column] if held is not None and held.dim() > 1 and column < held.shape[1] else MISSING
    return resolve(node, frame)


def _as_tensor(value: Any) -> Any:
    """A tensor as it is; a numpy array or a list of whole numbers as a tensor; None for anything else.

    PyTorch knows no order of unsigned numbers beyond a byte: those of 16-bit pictures become signed ones.
    """
    numbers = type(value) is list and 0 < len(value) <= LISTED and all(type(item) is int for item in value)
    if numbers or (type(value).__module__ == "numpy" and getattr(getattr(value, "dtype", None), "kind", "") in ("i", "u")):
        value = sys.modules["torch"].as_tensor(value)
    elif not is_tensor(value):
        return None
    return value.long() if str(value.dtype) in _UNORDERED else value


def _base(node: ast.AST) -> ast.AST:
    """The tensor behind `y.long().unsqueeze(1)` or `y[:, None]`."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _SAME_VALUES:
            return _base(inner)
        case ast.Subscript(value=inner, slice=ast.Tuple(elts=parts)) if all(_keeps_all(part) for part in parts):
            return _base(inner)
    return node


def _keeps_all(part: ast.expr) -> bool:
    match part:
        case ast.Slice(lower=None, upper=None, step=None) | ast.Constant(value=None):
            return True
    return False


def _size(table: ast.AST, axis: int | None, frame: FrameType) -> int | None:
    """How many entries the table has along the axis."""
    match table:
        case ast.Call(func=ast.Attribute(attr="eye" | "zeros" | "ones" | "empty" as name), args=sizes) if sizes:
            sizes = sizes[0].elts if isinstance(sizes[0], (ast.Tuple, ast.List)) else sizes
            count = resolve(sizes[0] if name == "eye" else sizes[axis or 0], frame)
            return count if isinstance(count, int) else None
    value = resolve(table, frame)
    shape = getattr(value, "shape", None) if is_tensor(value) or type(value).__module__ == "numpy" else None
    if value is MISSING or shape is None or axis is None or not -len(shape) <= axis < len(shape):
        return None
    return int(shape[axis])


def counts_up(index: Any) -> bool:
    """Whether the indices are positions, 0, 1, 2, ...: their rows are not those of the batch."""
    return bool(index.dim() == 1 and index.numel() > 1 and (index.diff() == 1).all())
