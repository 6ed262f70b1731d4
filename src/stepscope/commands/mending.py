"""The options of `check` that change a data set."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from stepscope.checking import Looking
    from stepscope.collect.files.repair.plan import Wanted

F = TypeVar("F", bound=Callable[..., Any])


def repair_options(function: F) -> F:
    """--fix, --fix-in-place, --undo, --fix-truncated and --renumber."""
    for option in (
        click.option("--renumber", metavar="MAP", help="With a repair: new class numbers, 1:0,2:1 or a file of such lines."),
        click.option("--fix-truncated", is_flag=True, help="With a repair: write truncated images anew, as far as they can be decoded."),
        click.option("--undo", is_flag=True, help="Take the latest repair in place back, to the byte."),
        click.option("--fix-in-place", is_flag=True, help="Repair the data set where it is; --undo takes it back."),
        click.option("--fix", "into", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write a repaired copy to a new folder."),
    ):
        function = option(function)
    return function


def mended(place: str, layout: str | None, looking: Looking, progress: Callable[[int, int], None], options: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Do what the options ask; gives the data set that is to be checked then, and what was done in words. Raises NoDataset, RepairFailed, OSError."""
    from stepscope.collect.objects.named import is_object
    from stepscope.repairing import repair, undo

    into, asked = options["into"], [name for name in ("into", "fix_in_place", "undo") if options[name]]
    _allowed(asked, options)
    if "://" in place or (layout is None and is_object(place)):
        if asked:
            raise click.UsageError("a repair changes files on a disk: give the folder that holds the data set")
        return place, ()
    path = Path(place)
    if options["undo"]:
        return place, undo(path)
    if not asked:
        return place, _unfinished(path)
    done = repair(path, _wanted(options), into, layout, looking, progress)
    return str(done.path), done.told


def _allowed(asked: list[str], options: Mapping[str, Any]) -> None:
    if len(asked) > 1:
        raise click.UsageError("--fix, --fix-in-place and --undo are three different things: give one of them")
    if (options["fix_truncated"] or options["renumber"]) and not ({"into", "fix_in_place"} & set(asked)):
        raise click.UsageError("--fix-truncated and --renumber change files: give --fix DIR or --fix-in-place too")
    if options["quick"] and asked and not options["undo"]:
        raise click.UsageError("a repair looks at the pixels: leave --quick out")


def _wanted(options: Mapping[str, Any]) -> Wanted:
    from stepscope.collect.files.repair.plan import Wanted, renumbering

    text = str(options["renumber"] or "")
    if (text and ":" not in text.partition(",")[0].strip()) or os.path.isfile(text):
        text = Path(text).read_text(encoding="utf-8")
    return Wanted(bool(options["fix_truncated"]), options["channels"] == 3, renumbering(text))


def _unfinished(path: Path) -> tuple[str, ...]:
    """A word on a repair that a crash cut off."""
    from stepscope.repairing import is_unfinished

    return ("a repair in place has not come to its end: --undo takes it back",) if is_unfinished(path) else ()
