"""What an object holds, read without running any code of its class."""

from __future__ import annotations

from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from .cycle import label

_PLAIN = (str, bytes, bytearray, int, float, complex, type(None))
_CLOSED = (*_PLAIN, type, ModuleType, FunctionType, BuiltinFunctionType)


def attributes(thing: object) -> dict[str, Any]:
    """The instance dictionary of an object; empty where its class has none, or a property in its place."""
    for cls in type(thing).__mro__:
        found = cls.__dict__.get("__dict__")
        if found is not None:
            held = found.__get__(thing) if type(found) is GetSetDescriptorType else None
            return held if type(held) is dict else {}
    return {}


def holds_parts(thing: object) -> bool:
    """False for text, numbers, functions, classes and imported modules, into which no search goes."""
    # `isinstance` would ask the object for its `__class__`, which may be a property.
    return not issubclass(type(thing), _CLOSED)


def parts(thing: object) -> Iterator[tuple[str, Any]]:
    """What an object holds, each part with its access text: `[0]`, `['meta']`, `{Sample}`, `.owner`."""
    for text, part in items(thing):
        if holds_parts(part):
            yield text, part
    for name, part in [*attributes(thing).items(), *_slots(thing)]:
        if holds_parts(part):
            yield f".{name}", part


def items(thing: Any) -> Iterator[tuple[str, Any]]:
    """The items of a list, tuple, dictionary or set, subclasses included; of anything else, none."""
    cls = type(thing)
    if issubclass(cls, dict):
        yield from ((f"[{label(name)}]", part) for name, part in list(dict.items(thing)))
    elif issubclass(cls, (list, tuple)):
        inside = list.__iter__(thing) if issubclass(cls, list) else tuple.__iter__(thing)
        yield from ((f"[{index}]", part) for index, part in enumerate(inside))
    elif issubclass(cls, (set, frozenset)):
        inside = set.__iter__(thing) if issubclass(cls, set) else frozenset.__iter__(thing)
        yield from (("{" + label(part) + "}", part) for part in list(inside))


def _slots(thing: object) -> Iterator[tuple[str, Any]]:
    for cls in type(thing).__mro__:
        if "__slots__" in cls.__dict__:
            slots = [each for each in cls.__dict__.items() if type(each[1]) is MemberDescriptorType]
            yield from ((name, _read(slot, thing)) for name, slot in slots)


def _read(slot: MemberDescriptorType, thing: object) -> Any:
    try:
        return slot.__get__(thing)
    except AttributeError:
        return None
