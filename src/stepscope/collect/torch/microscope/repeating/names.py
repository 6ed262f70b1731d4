"""The names that a unit begins with: as its frame has them now, and as the loader gave them where the statements have bound them anew."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stepscope.collect.torch.forked.isolation import NotHere
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.units import Unit
from stepscope.collect.torch.tensors import is_tensor, tensors_in


def names_of(unit: Unit) -> dict[str, Any]:
    """The names of a unit as they were at its top: what the loader handed out takes the place of what the statements made of it."""
    names = dict(unit.names)
    if unit.skipped is not None or unit.regained:
        return names | unit.regained
    target = getattr(unit.loop, "target", None)
    rebound = unit.rebound() if target is not None else set()
    for history in LOADERS.recent()[:2]:
        for handed in (history.latest, history.before):
            if handed is None:
                continue
            fresh = handed.fresh()
            restored = _restored(target, handed.data, fresh, names, rebound) if target is not None else {}
            same = _same(handed.data, fresh)
            held = {name: same[id(value)] for name, value in names.items() if id(value) in same}
            history.used_again = history.used_again or bool(restored or held)
            names.update(held | restored)
            if restored:
                break
    return names


def not_restored(unit: Unit, lost: set[str]) -> list[Any]:
    """What the names that are lost hold now: the step has made it, whatever it is."""
    names = names_of(unit)
    return [unit.names[name] for name in lost if name in unit.names and names.get(name) is unit.names[name]]


def _same(data: Any, fresh: Any) -> dict[int, Any]:
    """By the identity of a batch, and of its own parts, as it stands in the names: how it was handed out."""
    pairs = [(data, fresh)]
    if isinstance(data, (list, tuple)):
        pairs += zip(data, fresh, strict=False)
    elif isinstance(data, dict):
        pairs += [(part, fresh[name]) for name, part in data.items() if name in fresh]
    return {id(one): other for one, other in pairs if one is not other}


def with_batch(unit: Unit, batch: Any) -> dict[str, Any]:
    """The names of a unit, its loop's variables bound to another batch, or those of a function that was handed the batch. Raises NotHere where neither shows how."""
    names, target = dict(unit.names), getattr(unit.loop, "target", None)
    bound = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)} if target is not None else set()
    restored = _restored(target, batch, batch, dict.fromkeys(bound, batch) | names, bound) if target is not None else {}
    restored = restored or _handed_on(names, batch)
    if not restored:
        raise NotHere("the loop does not say where the batch goes")
    return names | restored


@contextmanager
def hidden(batch: Any) -> Iterator[None]:
    """For a while the tensors of the batch at hand hold the numbers of another: a framework may keep it where no name shows it (`partial(step, batch)`).

    Raises NotHere where they are of other shapes. Code that has copied the batch sees no change, and proves nothing.
    """
    given = tensors_in(batch)
    handed = [tensors_in(history.latest.data) for history in LOADERS.recent()[:2] if history.latest is not None]
    held = next((each for each in handed if given and list(map(_form, each)) == list(map(_form, given))), None)
    if held is None:
        raise NotHere("no batch of this form was handed out")
    kept = [tensor.clone() for tensor in held]
    with sys.modules["torch"].no_grad():
        for tensor, numbers in zip(held, given, strict=True):
            tensor.copy_(numbers)
    try:
        yield
    finally:
        with sys.modules["torch"].no_grad():
            for tensor, numbers in zip(held, kept, strict=True):
                tensor.copy_(numbers)


def _form(tensor: Any) -> tuple[Any, ...]:
    return tensor.shape, tensor.dtype


def _handed_on(names: dict[str, Any], batch: Any) -> dict[str, Any]:
    """The names that hold the loader's batch, or parts of it, as another batch gives them; a framework hands it on in a container of its own."""
    for history in LOADERS.recent()[:2]:
        for handed in filter(None, (history.latest, history.before)):
            if type(handed.data) is not type(batch):
                continue
            same, whole = _same(handed.data, batch), list(map(id, tensors_in(handed.data)))
            held = {name: same[id(value)] for name, value in names.items() if id(value) in same}
            held |= {name: batch for name, value in names.items() if type(value) is type(batch) and whole and list(map(id, tensors_in(value))) == whole}
            if held:
                return held
    return {}


def _restored(target: Any, data: Any, fresh: Any, names: dict[str, Any], rebound: set[str]) -> dict[str, Any]:
    """The loop's variables that its body has bound anew, as the batch (`data`, and as it was handed out: `fresh`) gives them."""
    parts = list(getattr(target, "elts", []))
    if not parts:
        name = getattr(target, "id", "")
        return {name: fresh} if name in rebound and type(names.get(name)) is type(data) else {}
    if isinstance(data, (list, tuple)) and len(data) == len(parts) and _fits(parts, data, names, rebound):
        return {part.id: value for part, value in zip(parts, fresh, strict=True) if part.id in rebound}
    for part in parts:
        found = _restored(part, data, fresh, names, rebound)
        if found:
            return found
    return {}


def _fits(parts: list[Any], batch: Any, names: dict[str, Any], rebound: set[str]) -> bool:
    """Whether those of the variables that were left alone are the batch's own parts, or copies of them: accelerate hands out slices."""
    ids = [str(getattr(part, "id", "")) for part in parts]
    return all(name in rebound or (name in names and is_one(names[name], value)) for name, value in zip(ids, batch, strict=True))


def is_one(one: Any, other: Any) -> bool:
    """Whether two values are one, or tensors that hold the same."""
    if one is other:
        return True
    if not (is_tensor(one) and is_tensor(other)) or one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    return bool(one.detach().nan_to_num().equal(other.detach().nan_to_num()))
