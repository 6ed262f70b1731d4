"""A part of the user's own code that can be run again: a loop's body or a function, compiled from its source, with the names of its frame.

A debugger's jump (`f_lineno`) would also take a loop back to its top, but only in a frame that is still running, outside of `with` and `try`, and
after everything deeper on the stack has returned. Compiled anew the same statements, at the same lines, run from anywhere, and from a frame that an
exception has left.
"""

from __future__ import annotations

import ast
import keyword
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.syntax import Function, function_of, holds, loops_around, own_nodes, tree_of
from stepscope.collect.unseen import is_ours

ONCE = "_stepscope_once"
"""The variable of the loop around the statements: `continue` and `break` need one to stand in."""
MADE = "_stepscope_made"
LOOPS = 2
"""Loops tried around one line: the innermost, and the one around it (critic steps within the steps of a GAN)."""
FRAMES = 60
AWAITS = 10_000
_FUTURE = 0x1FF0000
"""The flags of `from __future__` imports in a code object."""


@dataclass(frozen=True)
class Unit:
    """Statements of a frame: the body of a loop (with the loop), or a whole function. The frame is at `line`, at its `instruction`.

    `skipped` are, where only the rest of a body is run, the names that the statements before it bind; None for a whole one. `regained` are names
    that were lost and have been found again. `names` are those of the frame with the values that they have when the unit is made: a module's
    statements bind them anew each time they are run.
    """

    frame: FrameType
    body: tuple[ast.stmt, ...]
    function: Function
    loop: ast.For | ast.While | None = None
    line: int = 0
    instruction: int = 0
    skipped: frozenset[str] | None = None
    names: dict[str, Any] = field(default_factory=dict, compare=False)
    regained: dict[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.names.update({name: value for name, value in self.frame.f_locals.items() if name.isidentifier() and not keyword.iskeyword(name)})

    def rebound(self) -> set[str]:
        """The names that the statements themselves bind: they are no longer what they were at the top."""
        bound = {node.id for node in _within(self.body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return bound | {target.id for target in _targets(self) if _is_indexed(self.body, target.id)}

    def run(self, names: dict[str, Any]) -> None:
        """Run the statements once, with these names. Whatever they raise comes through."""
        code = self.frame.f_code
        if isinstance(self.function, ast.Module):
            self.frame.f_globals.update({name: value for name, value in names.items() if self.frame.f_globals.get(name) is not value})
            exec(_compiled(ast.Module(self._statements(), []), code), self.frame.f_globals)
            return
        made: dict[str, Any] = {}
        exec(_compiled(self._as_function(sorted(names, key=_place_in(code))), code), self.frame.f_globals, made)
        again = made[MADE](names.get("__class__"))
        if sys.version_info >= (3, 11):
            again.__code__ = again.__code__.replace(co_qualname=code.co_qualname)
        result = again(*(names.get(name) for name in again.__code__.co_varnames[: again.__code__.co_argcount]))
        if isinstance(result, GeneratorType):
            for _ in result:
                pass
        elif isinstance(result, CoroutineType):
            _drive(result)

    def _statements(self) -> list[ast.stmt]:
        if self.loop is None:
            return list(self.body)
        once = ast.For(target=ast.Name(ONCE, ast.Store()), iter=ast.Tuple([ast.Constant(0)], ast.Load()), body=list(self.body), orelse=[])
        return [_placed(once, self.body[0])]

    def _as_function(self, names: Sequence[str]) -> ast.Module:
        """The statements as a function of the same name; the one around it gives it the class that `super()` asks for."""
        assert isinstance(self.function, ast.FunctionDef | ast.AsyncFunctionDef)
        declared = {each for node in own_nodes(self.function) if isinstance(node, ast.Global) for each in node.names}
        arguments = [ast.arg(each) for each in names if each not in declared and each != "__class__"]
        opening: list[ast.stmt] = [ast.Global(sorted(declared))] if declared else []
        inner: ast.stmt = _function(self.function.name, arguments, [*opening, *self._statements()])
        if isinstance(self.function, ast.AsyncFunctionDef):
            inner = ast.AsyncFunctionDef(**{field: getattr(inner, field) for field in inner._fields if hasattr(inner, field)})
        outer = _function(MADE, [ast.arg("__class__")], [inner, ast.Return(ast.Name(self.function.name, ast.Load()))])
        module = ast.Module([_placed(outer, self.body[0])], [])
        owner = _owner(self.frame.f_code).lstrip("_")
        return _Mangled(owner).visit(deepcopy(module)) if owner else module


def _drive(coroutine: CoroutineType[Any, Any, Any]) -> None:
    """Run a coroutine without its event loop: what only gives way to others (`asyncio.sleep(0)`) goes on at once."""
    with suppress(StopIteration):
        for _ in range(AWAITS):
            coroutine.send(None)
    coroutine.close()


class _Mangled(ast.NodeTransformer):
    """Names with two leading underscores, as they are known outside of their class."""

    def __init__(self, owner: str) -> None:
        self._owner = owner

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._known(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        node.attr = self._known(node.attr)
        self.generic_visit(node)
        return node

    def _known(self, name: str) -> str:
        return f"_{self._owner}{name}" if name.startswith("__") and not name.endswith("__") else name


def _function(name: str, arguments: list[ast.arg], body: list[ast.stmt]) -> ast.FunctionDef:
    signature = ast.arguments(posonlyargs=[], args=arguments, kwonlyargs=[], kw_defaults=[], defaults=[])
    made = ast.FunctionDef(name=name, args=signature, body=body, decorator_list=[])
    if sys.version_info >= (3, 12):
        made.type_params = []
    return made


def units(stack: Sequence[Entry]) -> Iterator[Unit]:
    """What can be run again of a stack (outermost first), the smallest first: functions, bodies of loops, from the innermost frame outwards.

    Outside of the first loop only loops follow: a function that holds the loop would begin the training anew. PyTorch's own loops train nothing
    (`Optimizer.step` goes through its hooks).
    """
    in_loop = False
    for frame, line, instruction in list(stack)[::-1][:FRAMES]:
        code = frame.f_code
        if is_ours(frame) or (code.co_name.startswith("<") and code.co_name != "<module>") or not _is_current(code):
            continue
        function = function_of(code)
        if function is None or isinstance(function, ast.Lambda):
            continue
        around = [loop for loop in loops_around(function, line) if any(holds(statement, line) for statement in loop.body)]
        for loop in around[:LOOPS]:
            yield Unit(frame, tuple(loop.body), function, loop, line, instruction)
        in_loop = in_loop or (bool(around) and not _is_torchs(frame))
        if not in_loop and isinstance(function, ast.FunctionDef) and not _yields(function):
            yield Unit(frame, tuple(_without_nonlocal(function.body)), function, None, line, instruction)


def _is_torchs(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("torch.")


def read_ahead(stack: Sequence[Entry]) -> None:
    """Read the sources of a stack once, before the forks that need them: those of a trainer's library take a second."""
    for _ in units(stack):
        pass


def _placed(node: Any, at: ast.stmt) -> Any:
    """The new node, and what of it has no place yet, at the place of this statement."""
    return ast.fix_missing_locations(ast.copy_location(node, at))


def _compiled(tree: ast.Module, code: CodeType) -> CodeType:
    made: CodeType = compile(tree, code.co_filename, "exec", flags=code.co_flags & _FUTURE, dont_inherit=True)
    return made


@lru_cache(maxsize=256)
def _is_current(code: CodeType) -> bool:
    """Whether the source at hand is what this code was made from: a script may be edited while it runs."""
    tree = tree_of(code.co_filename)
    if tree is None or not tree.body:
        return False
    try:
        waiting = [compile(tree, code.co_filename, "exec", dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError):
        return False
    while waiting:
        made = waiting.pop()
        if made.co_name == code.co_name and made.co_firstlineno == code.co_firstlineno and made.co_names == code.co_names:
            return True
        waiting += [constant for constant in made.co_consts if isinstance(constant, CodeType)]
    return False


def _within(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield statement
        yield from own_nodes(statement)


def _targets(unit: Unit) -> list[ast.Name]:
    return [node for node in ast.walk(unit.loop.target) if isinstance(node, ast.Name)] if isinstance(unit.loop, ast.For) else []


def _is_indexed(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether an entry of this name is assigned to (`batch["x"] = ...`)."""
    stores = [node for node in _within(body) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in stores)


def _place_in(code: CodeType) -> Any:
    """The order of a function's own arguments first: `super()` takes the first."""
    order = {name: place for place, name in enumerate(code.co_varnames)}
    return lambda name: (order.get(name, len(order)), name)


def _owner(code: CodeType) -> str:
    """The class that a function was defined in; empty for a plain function."""
    owner = str(getattr(code, "co_qualname", "")).rpartition(".")[0].rpartition(".")[2]
    return owner if owner.isidentifier() else ""


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)) for node in own_nodes(function))


def _without_nonlocal(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The names of outer functions are given as arguments."""
    kept = [statement for statement in body if not isinstance(statement, ast.Nonlocal)]
    return kept or [ast.Pass(lineno=body[0].lineno, col_offset=0)]
