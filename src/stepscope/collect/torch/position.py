"""Where in the user's training loop a line stands: what of a step comes before it, and what after."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple

from stepscope.collect.owner import is_users
from stepscope.collect.source import span
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import is_loss, is_module
from stepscope.collect.torch.resolve import MISSING, resolve
from stepscope.collect.torch.stages import LOSSES
from stepscope.collect.torch.syntax import function_of, holds, loops_around, own_nodes
from stepscope.evidence import Stage

Spot = tuple[int, int]


class Position(NamedTuple):
    """The stage that the place of a line tells, and whether the optimizer had moved the weights before it, in the same turn of the loop."""

    stage: Stage | None = None
    stepped: bool = False


class Mark(NamedTuple):
    """A call that belongs to a stage. `direct` is false inside of a loop of its own, `sure` inside of a branch of its own."""

    stage: Stage
    begin: Spot
    end: Spot
    direct: bool
    sure: bool


def position_of(stack: list[Entry], begun: bool) -> Position:
    """The place of the innermost line of the user's that stands beside a forward, a backward or a step; `begun` once a batch or a step was seen."""
    for frame, line, instruction in reversed(stack):
        function = function_of(frame.f_code) if is_users(frame.f_code.co_filename) else None
        if function is None:
            continue
        here = span(frame.f_code, instruction)
        begin, end = (here.line or line, here.column or 0), (here.end_line or line, here.end_column or 0)
        for scope in (*loops_around(function, line), function):
            marks = sorted(_marks(scope, frame, line), key=lambda mark: mark.end)
            told = _told([mark for mark in marks if mark.end <= begin], [mark for mark in marks if mark.end > end], begun)
            if told is not None:
                return told
    return Position()


def _told(before: list[Mark], after: list[Mark], begun: bool) -> Position | None:
    """What the calls before and after a line tell; None between two loops, or before the first."""
    following = {mark.stage for mark in after if mark.direct}
    if after and not following:
        return None
    trains = bool(following & {Stage.LOSS, Stage.BACKWARD})
    if not before:
        return Position(Stage.DATA) if trains or (following and begun) else None
    stepped = any(mark.stage is Stage.OPTIMIZER and mark.sure for mark in before)
    match before[-1].stage:
        case Stage.OPTIMIZER:
            stage = Stage.FORWARD if following & {Stage.FORWARD, Stage.BACKWARD} else Stage.LOGGING
        case Stage.BACKWARD:
            stage = Stage.OPTIMIZER
        case Stage.FORWARD if after and after[0].stage is Stage.FORWARD:
            stage = Stage.FORWARD
        case _:
            stage = Stage.LOSS if trains else Stage.METRICS
    return Position(stage, stepped)


def _marks(scope: ast.AST, frame: FrameType, line: int) -> Iterator[Mark]:
    nodes = list(own_nodes(scope))
    loops = [node for node in nodes if isinstance(node, (ast.For, ast.While)) and not holds(node, line)]
    branches = [node for node in nodes if isinstance(node, ast.If) and not holds(node, line)]
    for node in nodes:
        stage = _stage_of(node, frame) if isinstance(node, ast.Call) else None
        if stage is not None and isinstance(node, ast.Call):
            direct = not any(holds(loop, node.lineno) for loop in loops)
            sure = not any(holds(branch, node.lineno) for branch in branches)
            end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
            yield Mark(stage, (node.lineno, node.col_offset), end, direct, sure)


def _stage_of(node: ast.Call, frame: FrameType) -> Stage | None:
    """The stage that a call belongs to, by its name or by the live object that is called."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in ("backward", "manual_backward"):
        return Stage.BACKWARD
    if name == "step" and isinstance(node.func, ast.Attribute):
        return Stage.OPTIMIZER if _steps(resolve(node.func.value, frame)) else None
    called = resolve(node.func, frame)
    if called is not MISSING and is_module(called):
        return Stage.LOSS if is_loss(called) else Stage.FORWARD
    return Stage.LOSS if LOSSES.search(name) and called is not MISSING and str(getattr(called, "__module__", "")).startswith("torch.nn") else None


def _steps(thing: Any) -> bool:
    """Whether its `step` moves weights: that of an optimizer or of a gradient scaler, not that of a schedule."""
    kinds = [kind.__name__ for kind in type(thing).__mro__]
    return thing is not MISSING and any(name in ("Optimizer", "GradScaler", "AcceleratedOptimizer") for name in kinds)
