"""`stepscope run`: a training command under guard."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from stepscope.collect.process.settings import POLICIES, Settings
from stepscope.commands.output import deliver, report_options
from stepscope.evidence import Observation


class Share(click.ParamType):  # type: ignore[type-arg]
    """A share of one: "1%", or "0.01"."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number from 0 to 1."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{text!r} is no share; write 1% or 0.01", param, ctx)
        if not 0 <= share <= 1:
            self.fail(f"{text} does not lie between 0% and 100%", param, ctx)
        return share


class Limit(click.ParamType):  # type: ignore[type-arg]
    """How many samples may be bad: "100", or "1%" of the data set."""

    name = "limit"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The limit as it was written."""
        text = str(value).strip()
        try:
            fits = not text or float(text.removesuffix("%")) >= 0
        except ValueError:
            fits = False
        if not fits:
            self.fail(f"{text!r} is no limit; write a number of samples (100), or a share of the data set (1%)", param, ctx)
        return text


class SkipList(click.Path):
    """A file that is read, and may be made."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path; its folder has to be there."""
        path = str(super().convert(value, param, ctx))
        if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            self.fail(f"{path!r} cannot be made: there is no folder {os.path.dirname(path)!r}", param, ctx)
        return path


SHARE, LIMIT = Share(), Limit()


class Run(click.Command):
    """Our options have two dashes and stand first; from the first word on that is none of them, all belongs to the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set a `--` before the command."""
        named = {name: option for option in self.params for name in option.opts}
        place = 0
        while place < len(args) and args[place].startswith("--") and args[place] != "--":
            place += 1 + _takes_next(named.get(args[place]), args[place + 1 : place + 2])
        begins = place < len(args) and args[place] not in ("--", "-h")
        return super().parse_args(ctx, [*args[:place], "--", *args[place:]] if begins else args)


def _takes_next(option: click.Parameter | None, follows: Sequence[str]) -> bool:
    """Whether the word that follows an option is its value; one whose value may be left out takes a limit, and leaves a script's name alone."""
    if option is None or getattr(option, "is_flag", True) or not follows:
        return False
    return not getattr(option, "_flag_needs_value", False) or bool(_IS_LIMIT.fullmatch(follows[0]))


_IS_LIMIT = re.compile(r"[\d.]+%?")


@click.command("run", cls=Run, no_args_is_help=True)
@report_options
@click.option(
    "--on-nonfinite", type=click.Choice(POLICIES), default="continue", show_default=True,
    help="What follows the diagnosis of a step whose loss or gradient is not finite: go on as the script would have, end the run, or drop the update.",
)  # fmt: skip
@click.option("--budget", type=SHARE, default="1%", show_default=True, help="The share of the run's time that looking at gradients may take.")
@click.option(
    "--skip-bad-samples", is_flag=False, flag_value="100", default="", metavar="[LIMIT]", type=LIMIT,
    help="Replace samples that cannot be loaded by others, up to LIMIT of them: a number (100 where none is given), or a share of the data set (1%).",
)  # fmt: skip
@click.option(
    "--skip-list", type=SkipList(dir_okay=False), default="", metavar="FILE",
    help="Leave out the samples that FILE lists (lines of JSON), and add to it those that are replaced.",
)  # fmt: skip
@click.argument("arguments", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...], style: str | None, output: Path | None, strict: bool, quiet: bool, **how: Any) -> None:
    """Run a training command under guard; not a line of it has to change.

    \b
    stepscope run train.py --epochs 5
    stepscope run -m package.train --epochs 5
    stepscope run -- python -X dev train.py
    stepscope run -- torchrun --nproc-per-node 2 train.py

    Options of stepscope stand before the command. The script's own output, traceback and exit code stay as
    they are; the report follows on standard error, and goes to --output where that is given.
    """
    from stepscope.collect.process.supervisor import CannotStart, leave, supervise
    from stepscope.collect.trouble import trouble
    from stepscope.diagnose import Report, diagnose

    try:
        announce = None if quiet or (output is None and style in ("json", "sarif")) else _announce
        ended = supervise(command_line(arguments), Settings(**{**how, "skip_list": os.path.abspath(how["skip_list"]) if how["skip_list"] else ""}), announce)
    except CannotStart as problem:
        click.echo(f"Error: cannot start {problem.filename}: {problem.strerror}", err=True)
        sys.exit(NOT_FOUND if problem.errno == errno.ENOENT else NOT_RUNNABLE)
    try:
        wanted = ended.observations or ended.skipped or output is not None or style is not None  # else the rules need not even be loaded
        report = diagnose("run", ended.observations, ended.notes) if wanted else Report("run", notes=ended.notes)
        report = replace(report, skipped=ended.skipped)
        deliver(report, style, output, quiet)
    except Exception as problem:  # the command's exit code is the user's, whatever becomes of our report
        trouble("could not make the report", problem)
        leave(2 if strict else ended.code)
    leave(1 if strict and report.has_errors else ended.code)


def _announce(observation: Observation) -> None:
    """Say in one line what was found while the run goes on."""
    from stepscope.diagnose import diagnose

    for finding in diagnose("run", [observation]).findings[:1]:
        line = f":{finding.place.line}" if finding.place.line else ""
        place = f" ({finding.place.file}{line})" if finding.place.file else ""
        step = f" at step {finding.place.step}" if finding.place.step is not None else ""
        said = f"{finding.severity.value}[{finding.code}] {finding.stage.value}: {finding.headline}{step}{place}"
        click.echo(f"stepscope: {said}. The report follows when the run has ended.", err=True)


NOT_FOUND, NOT_RUNNABLE = 127, 126
"""What a shell gives for a command that is not there, or cannot be run."""


class NoScript(click.ClickException):
    """There is no such script; the exit code is Python's own for this."""

    exit_code = 2


def command_line(arguments: tuple[str, ...]) -> list[str]:
    """What to start: a script, a folder and options of Python's (`-m package.train`, `-u train.py`) by this Python, else as it stands."""
    if not arguments:
        raise click.UsageError("a command is needed, for example: stepscope run train.py")
    first = arguments[0]
    if os.path.isdir(first) and not os.path.isfile(os.path.join(first, "__main__.py")):
        raise NoScript(f"{first} is a folder without a __main__.py")
    if first.endswith((".py", ".pyw")) and not os.path.exists(first):
        raise NoScript(f"there is no script {first} in {os.getcwd()}")
    if first.startswith("-") or first.endswith((".py", ".pyw")) or os.path.isdir(first):
        return [sys.executable, *arguments]
    return list(arguments)
