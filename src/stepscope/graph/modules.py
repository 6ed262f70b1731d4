"""A tree of modules, read by path without calling any of them.

A module is whatever keeps a dictionary `_modules` of its children, as `torch.nn.Module` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .circle import Circle, find_circle
from .parts import attributes, items


def named_modules(root: Any) -> Iterator[tuple[str, Any]]:
    """Each module once with its path (`backbone.layer3.0.conv1`), the root first with the path "".

    The order and the paths are those of `torch.nn.Module.named_modules`, at any depth of nesting.
    """
    seen: dict[int, Any] = {}
    ahead = [("", root)]
    while ahead:
        path, module = ahead.pop()
        if id(module) not in seen:
            seen[id(module)] = module
            yield path, module
            prefix = f"{path}." if path else ""
            ahead.extend((prefix + name, child) for name, child in reversed(_children(module)))


def module_path(root: Any, target: Any) -> str | None:
    """The first path under which `target` is found in `root`; None if it is not there."""
    return next((path for path, module in named_modules(root) if module is target), None)


def object_cycle(
    root: Any, *, name: str = "model", registered: bool = False, max_nodes: int = 100_000
) -> Circle | None:
    """The nearest circle among modules, whose `str` reads `net.block.parent → net`; None without one.

    Follows children, modules kept as plain attributes, lists, tuples, dictionaries and sets of them. With
    `registered` only children: such a circle ends `train`, `apply`, `to` and `state_dict` in a
    RecursionError, the others do not.
    """
    return find_circle(root, name, _children_parts if registered else _parts, max_nodes)


def _children(module: Any) -> list[tuple[str, Any]]:
    children: Any = attributes(module).get("_modules")
    if not issubclass(type(children), dict):
        return []
    return [(name, child) for name, child in dict.items(children) if child is not None]


def _children_parts(module: Any) -> list[tuple[str, Any]]:
    return [(f".{name}", child) for name, child in _children(module)]


def _parts(thing: Any) -> list[tuple[str, Any]]:
    plain = [(f".{name}", part) for name, part in attributes(thing).items() if name != "_modules"]
    held = [*_children_parts(thing), *plain, *items(thing)]
    return [(text, part) for text, part in held if _is_module(part) or issubclass(type(part), _CONTAINERS)]


def _is_module(thing: Any) -> bool:
    return issubclass(type(attributes(thing).get("_modules")), dict)


_CONTAINERS = (list, tuple, dict, set, frozenset)
