"""Where a report goes: the options that every command shares, and the writing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from stepscope.diagnose import Report
from stepscope.report import terminal

FORMATS = ("terminal", "json", "sarif", "markdown", "html")
_BY_SUFFIX = {".json": "json", ".sarif": "sarif", ".md": "markdown", ".html": "html", ".htm": "html"}
F = TypeVar("F", bound=Callable[..., Any])


class CannotOpen(click.FileError):
    """A file that cannot be read or written: we could not do our work."""

    exit_code = 2


class CannotRead(click.ClickException):
    """There is nothing that could be read; the message says why."""

    exit_code = 2


def report_options(function: F) -> F:
    """--format, --output, --strict and --quiet."""
    for option in (
        click.option("--quiet", is_flag=True, help="Show nothing on the terminal."),
        click.option("--strict", is_flag=True, help="Exit with 1 when there are error findings."),
        click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file."),
        click.option("--format", "style", type=click.Choice(FORMATS), help="Form of the report."),
    ):
        function = option(function)
    return function


def style_of(style: str | None, output: Path | None) -> str:
    """The form that was asked for, or that the file's ending tells."""
    return style or (_BY_SUFFIX.get(output.suffix.lower(), "terminal") if output is not None else "terminal")


def text_of(report: Report, style: str) -> str:
    """The report in one of FORMATS, without colour."""
    rendered: str = import_module(f"stepscope.report.{style}").render(report)
    return rendered


def deliver(report: Report, style: str | None, output: Path | None, quiet: bool, err: bool = True) -> None:
    """Write the report to the file, and show it: on standard error where standard output belongs to the user's script (`err`).

    Raises CannotOpen where the file cannot be written.
    """
    if output is not None:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text_of(report, style_of(style, output)), encoding="utf-8", errors="replace")
        except OSError as problem:
            raise CannotOpen(str(output), problem.strerror or str(problem)) from problem
    if quiet:
        return
    if output is None and style not in (None, "terminal"):
        click.echo(text_of(report, str(style)), err=err)
    elif report.findings or report.notes or report.skipped or report.overview:
        is_terminal = (sys.stderr if err else sys.stdout).isatty()
        colour = terminal.wants_colour(is_terminal)
        width = shutil.get_terminal_size((terminal.WIDTH, 24)).columns if is_terminal else None
        click.echo("\n" + terminal.render(report, colour, width), err=err, color=colour)
