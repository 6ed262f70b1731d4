"""A stack that ran out becomes evidence: what repeats, and the circle among objects that makes it repeat."""

from __future__ import annotations

import linecache
import os
import re
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from stepscope.collect.failure import frame_of, qualified
from stepscope.collect.owner import is_users, shown
from stepscope.collect.stack import Entry, Fold, describe, fold
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.evidence import Frame, Recursion
from stepscope.graph import Circle, find_object_cycle, object_cycle
from stepscope.graph import depth as nesting

Live = tuple[FrameType, int, int]
_WALKS_FOLDERS = {"listdir", "scandir", "iterdir", "walk", "glob", "rglob"}
_GRAPH = re.compile(r"backward|grad|topo", re.IGNORECASE)


def recursion_of(exception: BaseException, stack: Sequence[Live]) -> Recursion | None:
    """The folded stack of a RecursionError; None where nothing repeats in what Python shows of it."""
    folded = fold([_entry(*entry) for entry in stack])
    if folded is None:
        return _of_native(exception, stack)
    first = len(folded.prefix)
    period = [stack[first + place] for place in range(len(folded.period))]
    every = [entry[0] for entry in stack[first : len(stack) - len(folded.suffix)]]
    kind = _kind([*period, *stack[-3:]], stack[max(0, first - 2) : first], str(exception))
    circle = _circle(kind, stack[first][0], every)
    frames = tuple(frame_of(*entry) for entry in period)
    return Recursion(
        period=frames,
        times=folded.times,
        folded=describe(folded),
        kind=kind,
        circle=circle,
        endless=bool(circle) or _endless(kind, folded),
        limit=sys.getrecursionlimit(),
        depth=None if circle else _depth(period[0][0]),
        entry=_entry_line(stack[: first + 1]),
        closed_at=_closing_line(_subject(stack[first][0]), [entry[0] for entry in stack[: first + 1]]) if circle else None,
    )


def _of_native(exception: BaseException, stack: Sequence[Live]) -> Recursion | None:
    """A recursion of C code (pickle, json, repr): the object that was handed in tells whether it is a circle."""
    if not stack:
        return None
    frame = stack[-1][0]
    circle = next((c for value in frame.f_locals.values() if (c := _object_circle("data", value))), "")
    return Recursion(
        period=(),
        times=0,
        folded="a recursion in native code",
        kind=_kind(stack[-3:], (), str(exception)),
        circle=circle,
        endless=True if circle else None,
        limit=sys.getrecursionlimit(),
        entry=_entry_line(stack),
    )


def _entry(frame: FrameType, line: int, _: int) -> Entry:
    return Entry(frame.f_code.co_filename, line, qualified(frame), _token(_subject(frame)))


def _subject(frame: FrameType) -> Any:
    """What the call works on: its first argument; a visitor (`self` that is no module) works on the one after it."""
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount] or (".0",)
    values = [frame.f_locals.get(name) for name in names]
    if names[0] == "self" and len(values) > 1 and not _is_module(values[0]) and not _is_plain(values[1]):
        return values[1]
    return values[0]


def _is_module(thing: Any) -> bool:
    return hasattr(type(thing), "named_modules")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (int, float, str, bytes))


def _token(value: Any) -> int | None:
    return None if _is_plain(value) else id(value)


def _kind(entries: Sequence[Live], callers: Sequence[Live], message: str) -> str:
    """What is being walked, from the code that walks it, the thing that it is given, and the functions that set it off."""
    codes = [frame.f_code for frame, _, _ in entries]
    names = {code.co_name for code in codes}
    files = {os.path.basename(code.co_filename) for code in codes}
    subjects = [_subject(frame) for frame, _, _ in entries]
    tests: tuple[tuple[str, bool], ...] = (
        ("attribute", bool(names & {"__getattr__", "__getattribute__"})),
        ("collate", "collate.py" in files or any("collate" in name for name in names)),
        ("copy", bool(files & {"copy.py", "copyreg.py", "pickle.py"}) or "pickling" in message),
        ("folder", any(_WALKS_FOLDERS & set(code.co_names) for code in codes)),
        ("graph", any(map(_GRAPH.search, names)) or any(map(_has_gradient, subjects))),
        ("module", any(map(_is_module, subjects))),
        ("data", any(isinstance(thing, (list, dict, tuple)) for thing in subjects)),
    )
    found = next((kind for kind, holds in tests if holds), "call")
    within = any(_GRAPH.search(frame.f_code.co_name) for frame, _, _ in callers)
    return "graph" if found == "call" and within else found


def _has_gradient(thing: Any) -> bool:
    """A node of torch's graph, or of a graph of the user's: something that keeps a gradient and is no module."""
    if hasattr(type(thing), "next_functions"):
        return True
    return not _is_module(thing) and any(name in stored_attributes(thing) for name in ("grad", "gradient"))


def _circle(kind: str, frame: FrameType, frames: Sequence[FrameType]) -> str:
    """The objects that lead back to themselves, in words; empty where none do."""
    subject = _subject(frame)
    if kind == "folder":
        return _folder_circle(frames)
    if kind == "attribute":
        name = next((value for value in frame.f_locals.values() if isinstance(value, str)), "an attribute")
        return f"{type(subject).__name__}.{name} → __getattr__ → {type(subject).__name__}.{name}"
    return _object_circle(_name_of(frame, subject), subject)


def _object_circle(name: str, subject: Any) -> str:
    found = _find_circle(name, subject)
    return str(found) if found is not None else ""


def _find_circle(name: str, subject: Any) -> Circle | None:
    if _is_plain(subject):
        return None
    return object_cycle(subject, name=name, registered=True) if _is_module(subject) else find_object_cycle(subject, name=name)


def _closing_line(subject: Any, frames: Sequence[FrameType]) -> Frame | None:
    """The user's line that assigns the attribute by which the circle closes."""
    found = _find_circle("it", subject)
    name = re.match(r"\.(\w+)$", found.path[-1]) if found is not None else None
    if name is None:
        return None
    assignment = re.compile(rf"""\.{name[1]}\s*=[^=]|add_module\(\s*['"]{name[1]}['"]""")
    files = [frame.f_code.co_filename for frame in frames]
    files += [getattr(sys.modules.get(type(thing).__module__), "__file__", None) or "" for thing in found.objects] if found else []
    for file in dict.fromkeys(file for file in files if file and is_users(file)):
        for number, text in enumerate(linecache.getlines(file), 1):
            if assignment.search(text):
                return Frame(file=shown(file), line=number, function="", code=text.strip(), user=True)
    return None


def _name_of(frame: FrameType, subject: Any) -> str:
    """The caller's name for the thing that is walked; its class where it has none."""
    caller = frame.f_back
    while caller is not None:
        for name, value in {**caller.f_globals, **caller.f_locals}.items():
            if value is subject and name != "self" and not name.startswith("_"):
                return name
        caller = caller.f_back
    return type(subject).__name__.lower()


def _folder_circle(frames: Sequence[FrameType]) -> str:
    """A link that leads back: two of the walked paths are the same folder."""
    seen: dict[str, str] = {}
    for frame in frames:
        path = next((p for p in map(_as_path, [_subject(frame), *frame.f_locals.values()]) if p), None)
        if path is None:
            continue
        real = os.path.realpath(path)
        if real in seen and seen[real] != path:
            return f"{path} → {seen[real]}"
        seen.setdefault(real, path)
    return ""


def _as_path(value: Any) -> str | None:
    if isinstance(value, (str, os.PathLike)):
        path = os.fspath(value)
        return path if isinstance(path, str) and os.path.isdir(path) else None
    return None


def _endless(kind: str, folded: Fold) -> bool | None:
    """Each level with its own object is depth. The same object at every level may still move on (a parser's position): not told."""
    if kind == "attribute":
        return folded.same_objects
    return False if folded.same_objects is False else None


def _depth(frame: FrameType) -> int | None:
    subject = _subject(frame)
    return nesting(subject) if isinstance(subject, (list, tuple, dict)) else None


def _entry_line(stack: Sequence[Live]) -> Any:
    """The user's line that set the recursion off."""
    frames = [frame_of(*entry) for entry in stack]
    users = [frame for frame in frames if frame.user]
    return users[-1] if users else None
