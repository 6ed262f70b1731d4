"""An object by its name: `package.module:object` or `file.py:object`, also what a function without arguments returns."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

_NAME = re.compile(r"(?P<module>.+\.py|[A-Za-z_]\w*(?:\.\w+)*):(?P<object>[A-Za-z_]\w*(?:\.\w+)*)(?:\(\))?")


class NotMade(ValueError):
    """There is no such object, or its code raised; the message says which."""


def is_object(text: str) -> bool:
    """Whether a path is the name of an object: nothing on disk is called so, and it is no URL and no drive."""
    found = _NAME.fullmatch(text)
    return found is not None and not os.path.lexists(text) and (len(found["module"]) > 1 or os.name != "nt")


def object_of(text: str) -> Any:
    """The object. The user's code is executed for it. Raises NotMade."""
    found = _NAME.fullmatch(text)
    if found is None:
        raise NotMade(f"{text} is not of the form module:object")
    module = _made(lambda: _module(found["module"]), found["module"])
    value: Any = module
    for name in found["object"].split("."):
        if not hasattr(value, name):
            has = [each for each in vars(module) if not each.startswith("_")]
            raise NotMade(f"{found['module']} has no {found['object']}, but {', '.join(has[-12:]) or 'nothing'}")
        value = getattr(value, name)
    if isinstance(value, type) or (callable(value) and not hasattr(value, "__getitem__") and not hasattr(value, "__iter__")):
        return _made(value)
    return value


def home_of(text: str) -> str | None:
    """The file of the object's module, once it is made."""
    module = sys.modules.get(Path(text.rpartition(":")[0]).stem if ".py:" in text else text.rpartition(":")[0])
    return getattr(module, "__file__", None)


def _made(make: Any, imported: str = "") -> Any:
    """What `make` gives; `imported` is the module that it imports, if it does. Raises NotMade."""
    try:
        return make()
    except NotMade:
        raise
    except (Exception, SystemExit) as problem:
        says = f"{_words(problem)}{_where(problem)}"
        if not imported:
            raise NotMade(f"it could not be made: {says}") from problem
        hint = "" if isinstance(problem, (ImportError, SyntaxError)) else "; what is not to run when it is imported belongs below `if __name__ == \"__main__\":`"
        raise NotMade(f"{imported} could not be imported: {says}{hint}") from problem


def _words(problem: BaseException) -> str:
    """Its type and its first line; of one that brings a worker's traceback along, the worker's own words."""
    lines = str(problem).strip().splitlines() or [""]
    return lines[-1] if any(line.startswith("Original Traceback") for line in lines) else f"{type(problem).__name__}: {lines[0]}"


def _where(problem: BaseException) -> str:
    """The last line outside of installed packages that the exception came through."""
    line, step = "", problem.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file != __file__ and "-packages" not in file and not file.startswith("<"):
            line = f" ({near(file)}:{step.tb_lineno})"
        step = step.tb_next
    return line


def near(file: str) -> str:
    """A file of the user's, from where they stand."""
    return os.path.relpath(file) if os.path.exists(file) else file


def _module(name: str) -> ModuleType:
    """The module, found as Python finds it when it is started here."""
    if not name.endswith(".py"):
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return import_module(name)
    path = Path(name).resolve()
    if not path.is_file():
        raise NotMade(f"there is no file {name}")
    sys.path.insert(0, str(path.parent))
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise NotMade(f"{name} cannot be imported")
    module = sys.modules[path.stem] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
