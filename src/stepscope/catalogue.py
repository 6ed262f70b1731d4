"""All rules: ours, found by their place in the tree, and those of plugins, found by entry points."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import entry_points
from types import ModuleType

from stepscope import rules
from stepscope.rule import Rule

ENTRY_POINTS = "stepscope.rules"
"""The entry-point group of plugins: each names a module or package that holds rules."""


class UnknownRule(LookupError):
    """No rule has this code or slug; the message offers the nearest ones."""


@lru_cache(maxsize=1)
def catalogue() -> tuple[Rule, ...]:
    """Every rule, sorted by code.

    Raises ValueError when two rules share a code or a slug.
    """
    found = [rule for module in _modules() for rule in vars(module).values() if isinstance(rule, Rule)]
    unique = {id(rule): rule for rule in found}.values()
    for attribute in ("code", "name"):
        values = [getattr(rule, attribute) for rule in unique]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"several rules have the {attribute} {', '.join(twice)}")
    return tuple(sorted(unique, key=lambda rule: rule.code))


def find(key: str) -> Rule:
    """The rule with this code or slug, whatever its case.

    Raises UnknownRule, which names the nearest codes and slugs.
    """
    wanted = key.strip().lower().replace("_", "-")
    by_key = {key: rule for rule in catalogue() for key in (rule.code.lower(), rule.name)}
    if wanted in by_key:
        return by_key[wanted]
    near = get_close_matches(wanted, by_key, n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UnknownRule(f"no rule is called {key!r}{hint}")


def _modules() -> Iterator[ModuleType]:
    yield from _below(rules)
    for entry in entry_points(group=ENTRY_POINTS):
        yield from _below(entry.load())


def _below(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for part in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
        yield importlib.import_module(part.name)
