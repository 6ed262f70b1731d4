"""`stepscope check`: every problem of a data set."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from stepscope.commands.mending import mended, repair_options
from stepscope.commands.output import CannotOpen, CannotRead, deliver, report_options, style_of


@click.command("check")
@report_options
@repair_options
@click.option("--as", "layout", metavar="LAYOUT", help="Read it as this layout: folders, yolo, coco, voc, table, shards, parquet. Recognised otherwise.")
@click.option("--quick", is_flag=True, help="Headers, file ends, structure and labels only; no pixels.")
@click.option("--model-classes", type=click.IntRange(1), metavar="N", help="Outputs of the model's head: labels must fit it.")
@click.option("--channels", type=click.IntRange(1), metavar="N", help="Channels that the model takes: 3 for RGB.")
@click.option("--size", metavar="WxH", help="Size that images are brought to: 224x224.")
@click.option("--workers", type=click.IntRange(0), default=0, metavar="N", help="Processes; one per core where it is not given.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help="Where images are decoded: here, or on a Ray cluster.")
@click.option("--no-cache", is_flag=True, help="Look at every file again, also at those that have not changed.")
@click.argument("path")
def command(path: str, style: str | None, output: Path | None, quiet: bool, **options: object) -> None:
    """Find every problem of a data set in one pass: a folder, an annotation file, a shard, a data set in Python.

    \b
    stepscope check data/                          any layout, recognised
    stepscope check coco/annotations.json --as coco
    stepscope check data/ --model-classes 10 --channels 3 --size 224x224
    stepscope check data/ --quick                  without looking at pixels
    stepscope check s3://bucket/data               any URL that fsspec knows
    stepscope check train.py:dataset               each sample of a data set in Python
    stepscope check data/ --output report.json     all places of each finding
    stepscope check data/ --output report.html     a page with pictures
    stepscope check data/ --fix mended/            a repaired copy; then what is left
    stepscope check data/ --fix-in-place           with a way back: --undo

    Without --fix-in-place and --undo nothing in the data set is changed, and nothing in it is ever executed, but for the code that FILE.py:NAME or
    PACKAGE.MODULE:NAME names. Exit codes: 0 no error finding, 1 error findings, 2 there is no data set that could be read.
    """
    from stepscope.checking import Looking, check
    from stepscope.collect.files.processes import ONE_THREAD
    from stepscope.collect.files.recognise import LAYOUTS
    from stepscope.evidence import Expected

    for name, count in ONE_THREAD.items():  # before numpy is imported
        os.environ.setdefault(name, count)
    layout = str(options["layout"]) if options["layout"] else None
    if layout is not None and layout not in LAYOUTS:
        raise click.BadParameter(f"{layout!r} is none of {', '.join(LAYOUTS)}", param_hint="--as")
    expected = Expected(options["model_classes"], options["channels"], _size(options["size"]))  # type: ignore[arg-type]
    looking = Looking(bool(options["quick"]), int(str(options["workers"])), not options["no_cache"], str(options["engine"]), style_of(style, output) == "html")
    try:
        with _bar(quiet) as progress:
            path, told = mended(path, layout, looking, progress, options)
            report = check(path, layout=layout, expected=expected, looking=looking, progress=progress)
    except ValueError as problem:  # nothing there, a package that it takes is not, or a repair that cannot be done
        raise CannotRead(f"{path}: {problem}") from problem
    except OSError as problem:
        raise CannotOpen(str(problem.filename or path), problem.strerror or str(problem)) from problem
    report = replace(report, notes=(*told, *report.notes))
    deliver(report, style, output, quiet, err=False)
    if not (report.findings or quiet or style or output):
        click.echo(f"Nothing found: {report.asked} rules were asked.")
    sys.exit(1 if report.has_errors else 0)


def _size(text: object) -> tuple[int, int] | None:
    """Width and height out of "640x480" or "640"."""
    if text is None:
        return None
    parts = str(text).lower().replace("*", "x").split("x")
    if not all(part.isdigit() and int(part) for part in parts) or len(parts) > 2:
        raise click.BadParameter(f"{text!r} is no size; write 640x480 or 640", param_hint="--size")
    return int(parts[0]), int(parts[-1])


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """What shows on a terminal how far the work is, its rate and the time left; nothing in a pipe."""
    shows = sys.stderr.isatty() and not quiet
    began: list[float] = []
    shown = 0.0

    def progress(done: int, of: int) -> None:
        nonlocal shown
        now = time.monotonic()
        began[:] = began or [now, done]  # what the cache knew says nothing of the rate
        if shows and now - shown > 0.1 and done > began[1]:
            shown, rate = now, (done - began[1]) / max(now - began[0], 1e-9)
            left = time.strftime("%H:%M:%S", time.gmtime((of - done) / rate))
            click.echo(f"\r{done:,} of {of:,} images · {rate:,.0f} a second · {left} left ", err=True, nl=False)

    try:
        yield progress
    finally:
        if shows:
            click.echo("\r" + " " * 70 + "\r", err=True, nl=False)
