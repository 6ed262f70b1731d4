"""In which order statements read and bind names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

Event = tuple[str, bool]
"""A name, and whether it is bound there (else read)."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound_by(statements: Iterable[ast.AST]) -> set[str]:
    """The names that these statements bind, or put entries into."""
    return {name for statement in statements for name, binds in events(statement) if binds}


def lost_in(statements: Sequence[ast.stmt], given: Iterable[str] = ()) -> set[str]:
    """The names that these statements need as they were before, and have bound anew since: what those were is no longer known.

    `given` are names that something before them gives, a loop's variables.
    """
    needed, bound = set(given), set[str]()
    for statement in statements:
        for name, binds in events(statement):
            if binds:
                bound.add(name)
            elif name not in bound:
                needed.add(name)
    return needed & bound


def events(node: ast.AST) -> Iterator[Event]:
    """The names that a statement reads and binds, in the order in which it does."""
    match node:
        case ast.Name(id=name, ctx=context):
            yield name, isinstance(context, ast.Store)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, False
            yield from events(value)
            yield name, True
        case ast.Subscript(value=ast.Name(id=name), slice=index, ctx=ast.Store()):
            yield from events(index)
            yield name, False
            yield name, True
        case ast.Assign(targets=targets, value=value):
            yield from _all([value, *targets])
        case ast.For(target=target, iter=value, body=body) | ast.AsyncFor(target=target, iter=value, body=body):
            yield from _all([value, target, *body, *node.orelse])
        case ast.NamedExpr(target=target, value=value):
            yield from _all([value, target])
        case ast.alias():
            yield (node.asname or node.name.partition(".")[0]), True
        case _:
            yield from _scoped(node) if isinstance(node, (*_SCOPES, *_COMPREHENSIONS)) else _all(ast.iter_child_nodes(node))


def _all(nodes: Iterable[ast.AST]) -> Iterator[Event]:
    for node in nodes:
        yield from events(node)


def _scoped(node: ast.AST) -> Iterator[Event]:
    """What a function or a comprehension reads of the names around it; a function is bound by its name."""
    inside = list(_all(ast.iter_child_nodes(node)))
    own = {name for name, binds in inside if binds} | {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    yield from ((name, False) for name, _ in inside if name not in own)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name, True
