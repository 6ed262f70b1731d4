"""Whether a statement was run before the place that a step stands at: in the run's first step, or after another loss of the same step."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.syntax import around, function_of, own_nodes


def has_run(file: str, line: int, stack: Sequence[Entry]) -> bool:
    """Whether it stands above the place that one of these frames is at, or in a function that is called by name above it."""
    holder = around(file, line)
    name = getattr(holder, "name", "")
    for frame, at, _ in stack:
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        if function is not None and function is holder:
            return line < at
        if function is not None and name and any(_calls(node, name) and node.lineno < at for node in own_nodes(function) if isinstance(node, ast.Call)):
            return True
    return False


def follows_backward(file: str, line: int, stack: Sequence[Entry]) -> bool:
    """Whether it stands between a backward and the place that its own function is at: it was run after a loss of this step that was finite."""
    holder = around(file, line)
    places = [at for frame, at, _ in stack if is_users(frame.f_code.co_filename) and holder is not None and function_of(frame.f_code) is holder]
    backwards = [node.lineno for node in own_nodes(holder) if isinstance(node, ast.Call) and _calls(node, "backward")] if places and holder is not None else []
    return any(above < line < max(places) for above in backwards)


def _calls(call: ast.Call, name: str) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] == name
