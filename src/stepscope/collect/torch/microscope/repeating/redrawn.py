"""A loop over something of the user's own is gone through anew, up to the item at hand, to learn what its variables were."""

from __future__ import annotations

import ast
from itertools import islice
from typing import Any

from stepscope.collect.torch.forked.fork import at_most
from stepscope.collect.torch.microscope.repeating.names import is_one, names_of
from stepscope.collect.torch.microscope.repeating.order import bound_by
from stepscope.collect.torch.microscope.repeating.rest import lost_names
from stepscope.collect.torch.microscope.repeating.units import Unit

ITEMS, SECONDS = 10_000, 1.0
"""Items that are drawn at most, and how long that may take."""
_ITEM = "_stepscope_item"


def redraw(unit: Unit) -> None:
    """Give the loop's variables that its body has bound anew the values that the same iterable gives beside those that were left alone.

    That they are the right ones shows in the repeat: what it makes of them has to be what the step made.
    """
    if not isinstance(unit.loop, ast.For) or unit.skipped is not None:
        return
    given = bound_by([unit.loop.target])
    lost, names = given & lost_names(unit), names_of(unit)
    if not lost or lost == given or any(names.get(name) is not unit.names.get(name) for name in lost):
        return
    try:
        with at_most(SECONDS):
            found = _drawn(unit, given - lost)
    except Exception:  # the iterable is the user's: it may be gone, or slow, or be one of a loader's
        return
    unit.regained.update({name: found[name] for name in lost if name in found})


def _drawn(unit: Unit, left: set[str]) -> dict[str, Any]:
    """The loop's variables at the first item that gives those that were left alone their values; empty where none does."""
    assert isinstance(unit.loop, ast.For)
    scope = dict(unit.frame.f_globals) | unit.names
    items = eval(compile(ast.Expression(unit.loop.iter), unit.frame.f_code.co_filename, "eval"), scope)
    one = ast.copy_location(ast.Assign([unit.loop.target], ast.Name(_ITEM, ast.Load())), unit.loop)
    bind = compile(ast.fix_missing_locations(ast.Module([one], [])), unit.frame.f_code.co_filename, "exec")
    for item in islice(items, ITEMS):
        bound = {_ITEM: item}
        exec(bind, scope, bound)
        if all(_is_equal(bound.get(name), unit.names.get(name)) for name in left):
            return bound
    return {}


def _is_equal(one: Any, other: Any) -> bool:
    return is_one(one, other) or (isinstance(one, (int, float, str)) and type(one) is type(other) and one == other)
