"""The user's own statement that has made a weight NaN or infinite, where only one writes to weights."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.operands import storage
from stepscope.collect.torch.microscope.tracing.ran import follows_backward, has_run
from stepscope.collect.torch.microscope.tracing.weights import Weights
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.collect.torch.steps import STEPS
from stepscope.collect.torch.syntax import frame_at, own_nodes, statements, tree_of, user_files
from stepscope.evidence import Frame

_LOADS = re.compile(r"\bload_state_dict\(")
_NAMED = re.compile(r"p|param|parameter|params|parameters")
_WEIGHTS = re.compile(r"\bparameters\(\)|\['params'\]|^(params|parameters|weights)$")
_FILLS = {"normal_", "uniform_", "trunc_normal_", "zero_", "clamp_", "requires_grad_", "bernoulli_", "random_"}
"""Methods that make nothing but finite numbers, `clamp_` aside, which lets only a NaN through that was there."""
_WEIGHTS_OF = re.compile(r"(named_)?parameters")
_DIVISIONS = {"div", "div_", "reciprocal", "reciprocal_"}
_BUILDS = ("__init__", "reset_parameters")
_Statement = ast.Expr | ast.Assign | ast.AugAssign
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def written_by(weight: Any, weights: Weights, stack: Sequence[Entry]) -> Frame | None:
    """Before the first step the only statement that loads weights, or where none does, the only one that has divided them until then (`stack` says where the
    step stands); later the only one that changes them by hand, or of several the only one that divides, or that follows a finite loss of the same step.

    A gradient that was not finite, and that nobody has looked at (those of a function transform are handed back), makes a weight NaN as well: then no
    statement is blamed.
    """
    found = {(file, node.lineno): node for file in user_files() for node in _writers(file, lambda name: weights.is_elsewhere(weight, name))}
    divide = [place for place, node in found.items() if _divides(node)]
    if not STEPS.finished_steps and SENTINEL.backwards < 2:
        loads = statements(_LOADS)
        ran = [] if loads else [place for place in divide if has_run(*place, stack)]
        return (loads or [frame_at(*place) for place in ran])[0] if len(loads) + len(ran) == 1 else None
    if SENTINEL.transforms or not gradients_were_finite(weight):
        return None
    for places in (list(found), divide, [place for place in found if follows_backward(*place, stack)]):
        if len(places) == 1:
            return frame_at(*places[0])
    return None


def gradients_were_finite(weight: Any) -> bool:
    """Whether each gradient was read, or the optimizer's averages of them are finite."""
    if SENTINEL.gradients.share(SENTINEL.backwards) >= 1:
        return True
    held = [
        (parameter, optimizer.state.get(parameter, {}))
        for optimizer in STEPS.optimizers for group in optimizer.param_groups for parameter in group["params"]
        if storage(parameter) == storage(weight)
    ]  # fmt: skip
    kept = [value for parameter, state in held for value in state.values() if getattr(value, "shape", None) == parameter.shape]
    return bool(kept) and all(bool(value.isfinite().all()) for value in kept)


def _writers(file: str, elsewhere: Callable[[str], bool]) -> Iterator[_Statement]:
    """The statements of a file that write to weights; `elsewhere` says of a variable that it holds another model."""
    tree = tree_of(file)
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS))] if tree is not None else []:
        if getattr(scope, "name", "") in _BUILDS:
            continue
        nodes = list(own_nodes(scope))
        others = {name for name in _roots(nodes) if all(map(elsewhere, _given(name, scope, tree or scope)))}
        names = dict(pair for node in nodes if isinstance(node, ast.For) for pair in _bound(node.target, node.iter, others))
        names |= {} if STEPS.optimizers else dict(map(_of_gradient, nodes))
        yield from (node for node in nodes if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign)) and _writes(node, names))


def _of_gradient(node: ast.AST) -> tuple[str, bool]:
    """The name whose gradient is asked for: without an optimizer that is a weight."""
    return (node.value.id if isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.value, ast.Name) else "", True)


def _divides(statement: _Statement) -> bool:
    return any(isinstance(node, ast.Div) or (isinstance(node, ast.Attribute) and node.attr in _DIVISIONS) for node in ast.walk(statement))


def _roots(nodes: Sequence[ast.AST]) -> set[str]:
    """The names whose `parameters()` are asked for."""
    return {node.value.id for node in nodes if isinstance(node, ast.Attribute) and _WEIGHTS_OF.fullmatch(node.attr) and isinstance(node.value, ast.Name)}


def _given(name: str, scope: Any, tree: ast.AST) -> list[str]:
    """What the calls of a function give for one of its parameters, in their words; the name itself where it is none."""
    parameters = [each.arg for each in scope.args.args] if isinstance(scope, _FUNCTIONS) else []
    if name not in parameters:
        return [name]
    place = parameters.index(name)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == scope.name]
    given = [call.args[place] if place < len(call.args) else None for call in calls]
    return [ast.unparse(one) if one is not None else "" for one in given] or [name]


def _bound(target: ast.expr, value: ast.expr, others: Container[str]) -> Iterator[tuple[str, bool]]:
    """The names that a loop binds, and whether they are weights; those of `others` are none of the model's."""
    called = ast.unparse(value.func).split(".")[-1] if isinstance(value, ast.Call) else ""
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
    if isinstance(target, ast.Name):
        yield target.id, bool(_WEIGHTS.search(ast.unparse(value))) and ast.unparse(value).partition(".")[0] not in others
    elif isinstance(value, ast.Call) and called == "zip":
        for part, given in zip(parts, value.args, strict=False):
            yield from _bound(part, given, others)
    elif isinstance(value, ast.Call) and called == "enumerate" and len(parts) > 1:
        yield from _bound(parts[1], value.args[0], others)
    elif called == "named_parameters" and len(parts) > 1 and isinstance(parts[1], ast.Name):
        yield parts[1].id, ast.unparse(value).partition(".")[0] not in others


def _writes(node: _Statement, names: dict[str, bool]) -> bool:
    if isinstance(node.value, ast.Constant):
        return False
    if isinstance(node, ast.Expr):
        values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        return any(_calls(value, names) for value in values)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(_is_weight(one, names) for one in targets if isinstance(node, ast.AugAssign) or not isinstance(one, ast.Name))


def _calls(value: ast.expr, names: dict[str, bool]) -> bool:
    """Whether a chain of calls (`p.mul_(a).add_(b)`) writes to a weight, other than by filling it with numbers that are finite."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        fills = value.func.attr in _FILLS or (value.func.attr == "fill_" and all(isinstance(one, (ast.Constant, ast.UnaryOp)) for one in value.args))
        if value.func.attr.endswith("_") and not fills and _is_weight(value.func.value, names):
            return True
        value = value.func.value
    return False


def _is_weight(value: ast.expr, names: dict[str, bool]) -> bool:
    """Whether an expression is a weight, as far as its words tell: what a loop binds to other things is none."""
    while isinstance(value, ast.Subscript):
        value = value.value
    if isinstance(value, ast.Attribute) and value.attr == "data":
        return not isinstance(value.value, ast.Name) or names.get(value.value.id, True)
    if isinstance(value, ast.Attribute):
        return value.attr in ("weight", "bias")
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "get_parameter":
        return True
    return isinstance(value, ast.Name) and names.get(value.id, bool(_NAMED.fullmatch(value.id)))
