"""The work of one process: the object is made once, then samples are drawn from it."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from stepscope.collect.failure import failure_of
from stepscope.collect.files.reading import is_image
from stepscope.collect.files.worker import Alive
from stepscope.collect.objects.again import is_changed
from stepscope.collect.objects.drawn import Drawn, EndOfStream
from stepscope.collect.objects.facts import facts_of
from stepscope.collect.objects.loaded import collates, told_of
from stepscope.collect.objects.named import NotMade, home_of, object_of
from stepscope.collect.objects.parts import lengths_in, samples_in
from stepscope.collect.objects.several import Several, as_data_set, several_in
from stepscope.evidence import Failure

TASK = f"{__name__}:served"
PATIENCE = 300.0
"""Seconds that an import and the first sample may take."""
LOADING = 120.0
"""Seconds that a loader may take for its first batches, the start of its workers included."""
_CODE = (".py", ".pyc", ".so", ".pyd", ".dll")


class _Held:
    """What this process holds: the data set, the files that are opened meanwhile, and whether a sample was drawn already."""

    dataset: Drawn | Several | None = None
    opened: list[str] | None = None
    warm = False


def served(given: dict[str, Any], items: Sequence[Any], alive: Alive) -> tuple[Any, bytes]:
    """What the data set is (for the item "about"), or what came of each position: its rows, what was raised, or "end"."""
    try:
        with _beating(alive):
            made = _Held.dataset = _Held.dataset or _made(given["object"], given["part"])
    except NotMade as problem:
        return {"problem": str(problem)}, b""
    if isinstance(made, Several):
        return {"parts": list(made)}, b""
    if list(items) == ["about"]:
        return _about(made, given["object"]), b""
    if list(items) == ["loader"]:
        with _beating(alive, LOADING):
            return _loaded(made)
    if isinstance(items[0], str):
        with _beating(alive):
            return {"changed": _changed(made, items[0])}, b""
    return _all(made, items, alive)


def _about(dataset: Drawn, name: str) -> dict[str, Any]:
    file, line = dataset.line
    told = {each: getattr(dataset, each) for each in ("length", "stream", "batched", "classes")}
    loader = {"loader": dataset.loader is not None, "collates": dataset.loader is not None and collates(dataset.loader)}
    return {**told, **loader, "file": file or home_of(name), "line": line}


def _loaded(dataset: Drawn) -> tuple[Any, bytes]:
    """What is told of the loader; or what it raised, with the failure, packed."""
    try:
        return told_of(dataset.loader), b""
    except (Exception, SystemExit) as problem:
        failure = failure_of(problem)
        return {"raised": _key(failure)}, pickle.dumps(failure)


def _changed(dataset: Drawn, position: str) -> bool:
    try:
        return is_changed(dataset, int(position.removeprefix("again ")))
    except (Exception, SystemExit):  # it did not raise when it was drawn first: what does is not known here
        return False


def _all(dataset: Drawn, positions: Sequence[int], alive: Alive) -> tuple[list[Any], bytes]:
    """What came of each of these positions, up to the end; and the failures, packed."""
    failures: dict[str, Failure] = {}
    came: list[Any] = []
    for position in positions:
        alive()
        with nullcontext() if _Held.warm else _beating(alive):
            came.append(_drawn(dataset, position, failures))
        _Held.warm = True
        if came[-1] == "end":
            break
    return came, pickle.dumps(failures)


def _made(name: str, part: str) -> Drawn | Several:
    """The data set, the named one of several, or all of them."""
    value = object_of(name)
    several = several_in(value)
    if len(several) > 1 and not part:
        return several
    dataset = Drawn(as_data_set(several[part] if part else next(iter(several.values()), value)))
    sys.addaudithook(_listen)
    return dataset


def _drawn(dataset: Drawn, position: int, failures: dict[str, Failure]) -> Any:
    """The rows of a position, or what it raised."""
    opened: list[str] = []
    _Held.opened = opened
    try:
        value = dataset.at(position)
        _Held.opened = None
        rows = [facts_of(sample) for sample in (samples_in(value) if dataset.batched else [value])]
        uneven = _uneven(value) if dataset.batched else ""
    except EndOfStream:
        return "end"
    except (Exception, SystemExit) as problem:
        _Held.opened = None
        failure = failure_of(problem)
        key = _key(failure)
        failures.setdefault(key, failure)
        return {"raised": key, "says": f"{failure.type}: {failure.message.strip().partition(chr(10))[0]}"[:200], "file": _file(opened)}
    finally:
        _Held.opened = None
    return {"rows": rows, "file": _file(opened) if len(rows) == 1 else None, **({"uneven": uneven} if uneven else {})}


def _key(failure: Failure) -> str:
    """What failures of one origin have in common."""
    line = failure.user_frame
    return f"{failure.type} {line.file if line else ''}:{line.line if line else 0}"


def _uneven(batch: Any) -> str:
    """Words on a batch without samples, or on parts of one that have not the same number of them."""
    lengths = lengths_in(batch)
    if lengths and not any(lengths.values()):
        return "is a batch with nothing in it"
    if len(set(lengths.values())) > 1:
        return "has parts of several lengths: " + ", ".join(f"{count} in batch{place}" for place, count in list(lengths.items())[:4])
    return ""


def _file(opened: Sequence[str]) -> str | None:
    """The file that a sample came from: the last image among those that it opened, else the last of them."""
    images = [path for path in opened if is_image(path)]
    return (images or opened)[-1] if opened else None


def _listen(event: str, arguments: Any) -> None:
    if event == "open" and _Held.opened is not None and isinstance(arguments[0], (str, bytes)):
        mode = arguments[1] if isinstance(arguments[1], str) else "r"
        path = os.fsdecode(arguments[0])
        if not set(mode) & set("wax+") and not path.endswith(_CODE) and "-packages" not in path and not path.startswith(("/proc/", "/sys/", "/dev/")):
            _Held.opened.append(os.path.abspath(path))


@contextmanager
def _beating(alive: Alive, seconds: float = PATIENCE) -> Iterator[None]:
    """Says that the work goes on while something takes long, for as long as that may be."""
    done = threading.Event()
    until = time.monotonic() + seconds

    def beat() -> None:
        while not done.wait(1.0) and time.monotonic() < until:
            alive()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
