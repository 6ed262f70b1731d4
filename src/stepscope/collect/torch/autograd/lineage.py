"""A loss is followed back through the user's source, helped by what is still alive, to where its value left the graph."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.detaching import block_without_grad, departure, switches_off
from stepscope.collect.torch.layers import is_loss, is_module, unwrapped, walk_modules
from stepscope.collect.torch.resolve import MISSING, named, stored_attributes
from stepscope.collect.torch.syntax import Function, assignments, frame_at, function_of, own_nodes, receiver
from stepscope.collect.torch.tensors import is_tensor
from stepscope.evidence import Frame

_WITH_INDICES = ("max", "min", "topk", "sort")


class Fate(Enum):
    """What is known of a value: it hangs on trainable parameters, it never did, it cannot be told."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cut:
    """The place where the value left the graph. `off` tells a switched-off recording from an operation that has no gradient."""

    frame: Frame
    how: str
    off: bool = False
    sure: bool = True


Told = Fate | Cut


@dataclass
class Scope:
    """A function's source with what its names stand for: a live frame's variables, or a call's arguments."""

    function: Function
    file: str
    name: str
    values: dict[str, Any]
    given: dict[str, Told] = field(default_factory=dict)

    @classmethod
    def of_frame(cls, frame: FrameType) -> Scope | None:
        """The scope of a running function."""
        function = function_of(frame.f_code)
        values = {**frame.f_globals, **frame.f_locals}
        return None if function is None else cls(function, frame.f_code.co_filename, frame.f_code.co_name, values)

    def at(self, node: ast.AST) -> Frame:
        return frame_at(self.file, getattr(node, "lineno", 1), self.name)


class Trace:
    """One walk back from a loss. It runs nothing of the user's and ends after a fixed number of steps."""

    def __init__(self, steps: int = 3000) -> None:
        self._left = steps
        self._open: set[tuple[int, str]] = set()

    def fate(self, node: ast.AST, scope: Scope, line: int) -> Told:
        """What became of the value of this expression, as seen from a line of the scope."""
        self._left -= 1
        if self._left < 0:
            return Fate.UNKNOWN
        parts: Sequence[ast.AST] = list(ast.iter_child_nodes(node))
        match node:
            case ast.Constant() | ast.Lambda() | ast.JoinedStr():
                parts = []
            case ast.Name() | ast.Attribute():
                return self._of_name(node, scope, line)
            case ast.Compare(left=left, comparators=others):
                return self._cut(node, "a comparison", [left, *others], scope, line)
            case ast.Call():
                return self._of_call(node, scope, line)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr=name)) as call, slice=ast.Constant(value=1)) if name in _WITH_INDICES:
                return self._cut(node, f"the indices of {name}", [call], scope, line)
            case ast.Subscript(value=value):
                parts = [value]
        return together([self.fate(part, scope, line) for part in parts if isinstance(part, (ast.expr, ast.comprehension))])

    def of_returns(self, function: FunctionType, given: dict[str, Told], values: dict[str, Any]) -> Told:
        """What became of the value that a function of the user's returns."""
        code: CodeType = function.__code__
        node = function_of(code)
        if node is None or (id(node), "return") in self._open:
            return Fate.UNKNOWN
        self._open.add((id(node), "return"))
        scope = Scope(node, code.co_filename, code.co_name, {**function.__globals__, **values}, given)
        try:
            if isinstance(node, ast.Lambda):
                return self.fate(node.body, scope, node.lineno)
            returned = [(n, n.value) for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
            told = together([self._recorded(statement, value, scope) for statement, value in returned])
        finally:
            self._open.discard((id(node), "return"))
        off = next((d for d in getattr(node, "decorator_list", []) if switches_off(d)), None)
        return Cut(scope.at(off), f"@{ast.unparse(off)}", off=True) if off and not isinstance(told, Cut) else told

    def _recorded(self, statement: ast.AST, value: ast.expr, scope: Scope) -> Told:
        """The fate of a statement's value, unless it stands in a block that records nothing."""
        line = getattr(statement, "lineno", 1)
        told = self.fate(value, scope, line)
        block = block_without_grad(scope.function, line)
        if block is not None and told is not Fate.DEAD and not isinstance(told, Cut):
            return Cut(scope.at(block), f"with {ast.unparse(block.items[0].context_expr)}", off=True)
        return told

    def _of_name(self, node: ast.Name | ast.Attribute, scope: Scope, line: int) -> Told:
        key = ast.unparse(node)
        value = named(node, scope.values)
        if any(is_tensor(part) and part.requires_grad for part in _parts(value)):
            return Fate.ALIVE
        if isinstance(node, ast.Attribute) and node.attr in ("data", "indices", "grad"):
            return self._cut(node, f".{node.attr}", [node.value], scope, line)
        made = assignments(scope.function, key)
        before = [one for one in made if getattr(one[0], "lineno", 0) < line] or made
        if before and (id(scope.function), key) not in self._open:
            self._open.add((id(scope.function), key))
            try:
                return together([self._recorded(statement, part, scope) for statement, part in before[-4:]])
            finally:
                self._open.discard((id(scope.function), key))
        if key in scope.given:
            return scope.given[key]
        if isinstance(node, ast.Attribute) and value is MISSING:
            return self.fate(node.value, scope, line)
        return Fate.DEAD if value is not MISSING else Fate.UNKNOWN

    def _of_call(self, node: ast.Call, scope: Scope, line: int) -> Told:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        owners = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        arguments: list[ast.expr] = [*node.args, *(keyword.value for keyword in node.keywords)]
        if how := departure(node, name):
            return self._cut(node, how, [*owners, *arguments], scope, line)
        target = named(node.func, scope.values)
        if is_module(target):
            return self._of_module(target, node, scope, line)
        function = plain_function(target)
        if function is not None and is_users(function.__code__.co_filename):
            owner = target.__self__ if isinstance(target, MethodType) else MISSING
            values = {} if owner is MISSING else {receiver(function.__code__): owner}
            return self.of_returns(function, self._given(function, node, scope, line, bound=bool(values)), values)
        told = together([self.fate(argument, scope, line) for argument in [*owners, *arguments]])
        return told if told is not Fate.DEAD or target is not MISSING else Fate.UNKNOWN

    def _of_module(self, module: Any, node: ast.Call, scope: Scope, line: int) -> Told:
        inner = unwrapped(module)
        arguments = together([self.fate(argument, scope, line) for argument in [*node.args, *(k.value for k in node.keywords)]])
        forward = plain_function(getattr(type(inner), "forward", None))
        if forward is not None and is_users(forward.__code__.co_filename):
            told = self.of_returns(forward, self._given(forward, node, scope, line, bound=True), {receiver(forward.__code__): inner})
            if isinstance(told, Cut) or is_loss(inner):
                return told
        return Fate.ALIVE if trainable(inner) else arguments

    def _given(self, function: FunctionType, node: ast.Call, scope: Scope, line: int, *, bound: bool) -> dict[str, Told]:
        """The fates of the arguments by the names that the called function gives them."""
        names = list(function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount])
        given = {name: self.fate(argument, scope, line) for name, argument in zip(names[bound:], node.args, strict=False)}
        return given | {k.arg: self.fate(k.value, scope, line) for k in node.keywords if k.arg}

    def _cut(self, node: ast.AST, how: str, parts: Sequence[ast.expr], scope: Scope, line: int) -> Told:
        told = together([self.fate(part, scope, line) for part in parts])
        if told is Fate.DEAD or isinstance(told, Cut):
            return told
        return Cut(scope.at(node), how, sure=told is Fate.ALIVE)


def together(fates: Sequence[Told]) -> Told:
    """The fate of a value made of several: one living part keeps it alive, else the first cut counts."""
    if Fate.ALIVE in fates:
        return Fate.ALIVE
    cuts = [told for told in fates if isinstance(told, Cut)]
    if cuts:
        return next((told for told in cuts if told.sure), cuts[0])
    return Fate.UNKNOWN if Fate.UNKNOWN in fates else Fate.DEAD


def trainable(module: Any) -> bool:
    """Whether any parameter of a module, or of one below it, requires a gradient."""
    modules = [module, *(below for _, below, _ in walk_modules(module))]
    tables = [stored_attributes(one).get("_parameters") or {} for one in modules]
    return any(parameter is not None and parameter.requires_grad for table in tables for parameter in table.values())


def _parts(value: Any) -> list[Any]:
    """A value, or those in a plain container."""
    return list(value.values())[:50] if type(value) is dict else list(value[:50]) if type(value) in (list, tuple) else [value]


def plain_function(target: Any) -> FunctionType | None:
    """The user's function behind decorators."""
    function = getattr(target, "__func__", target)
    function = inspect.unwrap(function) if isinstance(function, FunctionType) else None
    return function if isinstance(function, FunctionType) else None
