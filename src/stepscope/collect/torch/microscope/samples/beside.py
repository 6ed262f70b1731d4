"""What is not finite and is no loader's: rows of a memory, entries of a table, class weights that were made before the first batch."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Sequence
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.operands import is_finite
from stepscope.collect.torch.microscope.repeating.order import bound_by
from stepscope.collect.torch.microscope.repeating.units import Unit
from stepscope.collect.torch.microscope.samples.drawn import Drawn
from stepscope.collect.torch.syntax import assignments, frame_at, function_of, only_statement, own_nodes, tree_of, user_files
from stepscope.collect.torch.tensors import tensors_in
from stepscope.evidence import Frame


def is_beside(unit: Unit, births: Any, drawn: Sequence[Drawn], name: str) -> bool:
    """Whether the loaders' batches are finite, and what is called by this name stood beside them, or was picked of it or joined to them."""
    batches = [tensor for each in drawn for tensor in tensors_in(each.history.kept)]
    own = bool(births.joined) or any(not is_finite(whole) for whole, _ in births.picked)
    return all(map(is_finite, batches)) and (own or (bool(batches) and _is_older(unit, drawn, name)))


def _is_older(unit: Unit, drawn: Sequence[Drawn], name: str) -> bool:
    """Whether the loop that was run again takes the loader's batch, and has this name from elsewhere; of a function's, whether an object of the user's holds it.

    A variable that a function was given may be made of the batch.
    """
    root, _, attribute = name.partition("[")[0].partition(".")
    if unit.loop is None or unit.skipped is not None:
        return unit.loop is None and bool(attribute)
    given = bound_by([unit.loop.target]) if isinstance(unit.loop, ast.For) else set()
    held = [tensor for one in given for tensor in tensors_in(unit.names.get(one))]
    return bool(name) and root not in given | unit.rebound() and any(each.holds(tensor) for tensor in held for each in drawn)


def made_at(name: str, stack: Sequence[Entry]) -> Frame | None:
    """The statement that has bound a variable, or the user's only one that has set an attribute; None where the source alone does not tell it."""
    _, _, attribute = name.partition(".")
    if attribute:
        return only_statement(re.compile(rf"\.{re.escape(attribute)} [-+*/]?= "))
    frame = next((entry[0] for entry in reversed(stack) if is_users(entry[0].f_code.co_filename) and name in entry[0].f_locals), None)
    function = function_of(frame.f_code) if frame is not None else None
    if frame is None or function is None:
        return None
    lines = _lines(function, name)
    if not lines and not assignments(function, name) and frame.f_locals is frame.f_globals:
        return _in_other_cells(frame.f_code.co_filename, name)
    return frame_at(frame.f_code.co_filename, max(lines)) if lines and max(lines) < frame.f_lineno else None


def _in_other_cells(own: str, name: str) -> Frame | None:
    """The statement of a notebook's only other cell that binds a variable."""
    cells = {file: tree for file in user_files() if file != own and not os.path.isfile(file) and (tree := tree_of(file)) is not None and assignments(tree, name)}
    found = [frame_at(file, max(lines)) for file, tree in cells.items() if (lines := _lines(tree, name))]
    return found[0] if len(found) == len(cells) == 1 else None


def _lines(function: ast.AST, name: str) -> list[int]:
    """The lines that bind a variable; none where one of them may not have been run, or where what was bound is written over."""
    bound = [node for node, _ in assignments(function, name)]
    plain = [node.lineno for node in bound if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node in getattr(function, "body", [])]
    return plain if len(plain) == len(bound) and not any(_writes_over(node, name) for node in own_nodes(function)) else []


def _writes_over(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == name
    return isinstance(node, ast.Attribute) and node.attr.endswith("_") and ast.unparse(node.value) == name
