"""The line of a model that leaves the number of rows open: where the size of a picture is not the expected one, it changes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.autograd.history import models
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.layers import walk_modules
from stepscope.collect.torch.syntax import frame_at, function_of, own_nodes
from stepscope.evidence import Regrouped


def regrouped_of(stack: list[Entry], exception: BaseException) -> Regrouped | None:
    """That line, where there is one only and the exception is about numbers of rows."""
    if "batch_size" not in str(exception) and "size" not in str(exception):
        return None
    kinds = {type(module): None for model in models(stack) for module in (model, *(below for _, below, _ in walk_modules(model)))}
    found = [one for kind in kinds for one in _of(kind)]
    return found[0] if len(found) == 1 else None


def _of(kind: type) -> Iterator[Regrouped]:
    for method in vars(kind).values():
        code: Any = getattr(method, "__code__", None)
        function = function_of(code) if code is not None and is_users(code.co_filename) else None
        for node in own_nodes(function) if function is not None else ():
            match node:
                case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=[first, *rest]) if rest and _is_open(first):
                    sizes = [_number(size) for size in rest]
                    each = None if None in sizes else prod(size for size in sizes if size is not None)
                    yield Regrouped(ast.unparse(node), frame_at(code.co_filename, node.lineno, code.co_name), each)


def _is_open(size: ast.expr) -> bool:
    return ast.unparse(size) == "-1"


def _number(size: ast.expr) -> int | None:
    """The value of a product of numbers; None for anything else."""
    match size:
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            values = (_number(left), _number(right))
            return None if None in values else prod(value for value in values if value is not None)
    return None
