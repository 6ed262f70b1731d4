"""Why a backward found no history, met a graph twice, or met a tensor that had been written over."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from types import FrameType, FunctionType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.lineage import Cut, Fate, Scope, Told, Trace, plain_function, together
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import is_loss, is_module, models_in_sight, walk_modules
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.syntax import frame_at, function_of, holds, only_statement, own_nodes, receiver
from stepscope.evidence import Frame, History

_NO_HISTORY = ("does not require grad", "has no attribute 'backward'", "does not have a grad_fn", "does not require any gradients", "'grad'")
_SWITCH = re.compile(r"set_grad_enabled\(False\)$")
_FREEZE = re.compile(r"\.requires_grad = False$|requires_grad_\(False\)$")
_DIRECT = {"backward", "manual_backward", "grad"}


def history_of(stack: list[Entry], exception: BaseException) -> History | None:
    """What is known of the loss's history; None where the exception does not ask for it."""
    text = str(exception)
    about_gradient = isinstance(exception, AttributeError) and "'NoneType' object" in text
    if not about_gradient and not any(words in text for words in _NO_HISTORY):
        return None
    parameters = [p for model in models(stack) for p in _parameters(model)]
    told = None if about_gradient else _told(stack)
    recording = _recording()
    off = told.frame if isinstance(told, Cut) and told.off else None if recording else only_statement(_SWITCH)
    frozen = bool(parameters) and not any(p.requires_grad for p in parameters)
    cut = told if isinstance(told, Cut) and not told.off else None
    return History(
        grad_mode=recording,
        parameters=len(parameters),
        trainable=sum(bool(p.requires_grad) for p in parameters),
        gradients=sum(p.grad is not None for p in parameters if p.is_leaf),
        off=off or (only_statement(_FREEZE) if frozen else None),
        cut=cut.frame if cut else None,
        how=told.how if isinstance(told, Cut) else "",
        sure=cut is not None and cut.sure,
        returned=None if about_gradient else _returned(stack),
    )


def models(stack: list[Entry]) -> list[Any]:
    """The models in the user's frames; where there are none, those that a framework's loop holds."""
    found = list(models_in_sight(stack))
    if not found:
        held = [value for frame, _, _ in stack for value in list(frame.f_locals.values()) if is_module(value) and not is_loss(value)]
        found = [module for n, module in enumerate(held) if all(module is not other for other in held[:n])][:1]
    return found


def _parameters(model: Any) -> Iterator[Any]:
    for module in [model, *(below for _, below, _ in walk_modules(model))]:
        yield from (p for p in (stored_attributes(module).get("_parameters") or {}).values() if p is not None)


def _recording() -> bool:
    torch = sys.modules["torch"]
    return bool(torch.is_grad_enabled() and not torch.is_inference_mode_enabled())


def _told(stack: list[Entry]) -> Told:
    users = [(frame, line) for frame, line, _ in stack if is_users(frame.f_code.co_filename)]
    if users:
        frame, line = users[-1]
        scope = Scope.of_frame(frame)
        loss = _loss_at(scope, line) if scope else None
        if scope is not None and loss is not None:
            told = Trace().fate(loss, scope, line)
            return told if not _is_parameter(loss, scope) else _of_caller(users[:-1], frame, told)
    return _of_step(stack)


def _loss_at(scope: Scope, line: int) -> ast.expr | None:
    """The expression that the failing line asks the gradient of."""
    for node in own_nodes(scope.function):
        if isinstance(node, ast.Attribute) and node.attr == "backward" and holds(node, line):
            call = next((n for n in own_nodes(scope.function) if isinstance(n, ast.Call) and n.func is node), None)
            on_tensor = call is None or not call.args or ast.unparse(call.args[0]) == "gradient"
            return node.value if on_tensor or ast.unparse(node.value).endswith("loss") else call.args[0] if call else None
        if isinstance(node, ast.Call) and node.args and holds(node, line) and ast.unparse(node.func).rpartition(".")[2] in _DIRECT:
            return node.args[0]
    return None


def _is_parameter(loss: ast.expr, scope: Scope) -> bool:
    arguments = getattr(scope.function, "args", None)
    return isinstance(loss, ast.Name) and arguments is not None and loss.id in {a.arg for a in [*arguments.args, *arguments.kwonlyargs]}


def _of_caller(users: list[tuple[FrameType, int]], frame: FrameType, told: Told) -> Told:
    """The loss was handed in: it is followed in the function that called."""
    if isinstance(told, Cut) or not users:
        return told
    caller, line = users[-1]
    scope = Scope.of_frame(caller)
    calls = [n for n in own_nodes(scope.function) if isinstance(n, ast.Call) and holds(n, line)] if scope else []
    for call in calls:
        if scope is not None and ast.unparse(call.func).rpartition(".")[2] == frame.f_code.co_name:
            return together([Trace().fate(argument, scope, line) for argument in [*call.args, *(k.value for k in call.keywords)]])
    return told


def _of_step(stack: list[Entry]) -> Told:
    """A framework runs the loop: the loss is what the user's step returns."""
    function, owner = next(_steps(stack), (None, None))
    return Trace().of_returns(function, {}, {receiver(function.__code__): owner}) if function is not None else Fate.UNKNOWN


def _returned(stack: list[Entry]) -> Frame | None:
    """The last `return` of the step whose loss a framework's loop was at."""
    function, _ = next(_steps(stack), (None, None))
    node = function_of(function.__code__) if function is not None else None
    if function is None or node is None or any(frame.f_code is function.__code__ or _loses(frame, line) for frame, line, _ in stack):
        return None
    last = max((n.lineno for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None), default=None)
    return frame_at(function.__code__.co_filename, last, function.__code__.co_name) if last else None


def _loses(frame: FrameType, line: int) -> bool:
    """Whether a line of the user's own asks for the gradient."""
    scope = Scope.of_frame(frame) if is_users(frame.f_code.co_filename) else None
    return scope is not None and _loss_at(scope, line) is not None


def _steps(stack: list[Entry]) -> Iterator[tuple[FunctionType, Any]]:
    """The user's own steps among the methods of what the frames hold, the innermost frame's first."""
    for frame, _, _ in stack[::-1]:
        for value in list(frame.f_locals.values()):
            for name in ("training_step", "compute_loss", "forward") if is_module(value) or hasattr(type(value), "compute_loss") else ():
                function = plain_function(getattr(type(value), name, None))
                if function is not None and is_users(function.__code__.co_filename):
                    yield function, value
