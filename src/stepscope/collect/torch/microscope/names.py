"""The names that a unit begins with: as its frame has them now, and as the loader gave them where the statements have bound them anew."""

from __future__ import annotations

import ast
from typing import Any

from stepscope.collect.torch.loaders import LOADERS
from stepscope.collect.torch.microscope.isolation import NotHere
from stepscope.collect.torch.microscope.units import Unit


def names_of(unit: Unit) -> dict[str, Any]:
    """The names of a unit as they were at its top: what the loader handed out takes the place of what the statements made of it."""
    names = unit.names()
    if unit.loop is None or not hasattr(unit.loop, "target"):
        return names
    rebound = unit.rebound()
    for history in LOADERS.recent()[:2]:
        if history.kept is not None and (restored := _restored(unit.loop.target, history.kept, names, rebound)):
            names.update(restored)
            history.used_again = True
    return names


def with_batch(unit: Unit, batch: Any) -> dict[str, Any]:
    """The names of a unit, its loop's variables bound to another batch. Raises NotHere where the loop does not show how."""
    names, target = unit.names(), getattr(unit.loop, "target", None)
    bound = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)} if target is not None else set()
    restored = _restored(target, batch, dict.fromkeys(bound, batch) | names, bound) if target is not None else {}
    if not restored:
        raise NotHere("the loop does not say where the batch goes")
    return names | restored


def _restored(target: Any, batch: Any, names: dict[str, Any], rebound: set[str]) -> dict[str, Any]:
    """The loop's variables that its body has bound anew, as the batch gives them."""
    parts = list(getattr(target, "elts", []))
    if not parts:
        name = getattr(target, "id", "")
        return {name: batch} if name in rebound and type(names.get(name)) is type(batch) else {}
    if isinstance(batch, (list, tuple)) and len(batch) == len(parts) and _fits(parts, batch, names, rebound):
        return {part.id: value for part, value in zip(parts, batch, strict=True) if part.id in rebound}
    for part in parts:
        found = _restored(part, batch, names, rebound)
        if found:
            return found
    return {}


def _fits(parts: list[Any], batch: Any, names: dict[str, Any], rebound: set[str]) -> bool:
    """Whether those of the variables that were left alone are the batch's own parts."""
    ids = [str(getattr(part, "id", "")) for part in parts]
    return all(name in rebound or (name in names and names[name] is value) for name, value in zip(ids, batch, strict=True))
