"""Being told when a module has been imported, without importing it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from stepscope.collect.unseen import unseen

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec

Callback = Callable[[ModuleType], None]


def when_imported(name: str, callback: Callback) -> None:
    """Call back with the module right after it has been imported: at once where it is there already.

    An exception in the callback is swallowed: the import of the user's code goes on.
    """
    module = sys.modules.get(name)
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        _call(callback, module)
        return
    _FINDER.waiting.setdefault(name, []).append(callback)
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def _call(callback: Callback, module: ModuleType) -> None:
    try:
        callback(module)
    except Exception as problem:
        from stepscope.collect.trouble import trouble

        trouble(f"could not watch {module.__name__}", problem)


class _Finder:
    """Finds nothing itself: asks the others, and puts itself around the loader of an awaited module."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Callback]] = {}
        self._asking: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.waiting or name in self._asking:
            return None
        self._asking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking.discard(name)
        if spec is None or spec.loader is None:
            return None
        callbacks = self.waiting.pop(name)
        if not self.waiting and self in sys.meta_path:
            sys.meta_path.remove(self)
        _wrap(spec.loader, name, callbacks)
        return spec


def _wrap(loader: Loader, name: str, callbacks: list[Callback]) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        if module.__name__ != name:  # one loader may serve several modules: that of a zip file does
            return execute(module)
        try:
            execute(module)
        except BaseException as exception:
            unseen(exception)
            raise
        finally:
            vars(loader).pop("exec_module", None)
        for callback in callbacks:
            _call(callback, module)
        return None

    loader.exec_module = exec_module  # type: ignore[method-assign]


_FINDER = _Finder()
