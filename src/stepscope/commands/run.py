"""`stepscope run`: a training command under guard."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import click

from stepscope.commands.output import deliver, report_options


class Run(click.Command):
    """Our options have two dashes and stand first; from the first word on that is none of them, all belongs to the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set a `--` before the command."""
        takes_value = {name for option in self.params if not getattr(option, "is_flag", True) for name in option.opts}
        place = 0
        while place < len(args) and args[place].startswith("--") and args[place] != "--":
            place += 2 if args[place] in takes_value else 1
        begins = place < len(args) and args[place] not in ("--", "-h")
        return super().parse_args(ctx, [*args[:place], "--", *args[place:]] if begins else args)


@click.command("run", cls=Run, no_args_is_help=True)
@report_options
@click.argument("arguments", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...], style: str | None, output: Path | None, strict: bool, quiet: bool) -> None:
    r"""Run a training command under guard; not a line of it has to change.

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
        ended = supervise(command_line(arguments))
    except CannotStart as problem:
        click.echo(f"Error: cannot start {problem.filename}: {problem.strerror}", err=True)
        sys.exit(NOT_FOUND if problem.errno == errno.ENOENT else NOT_RUNNABLE)
    try:
        wanted = ended.observations or output is not None or style is not None  # else the rules need not even be loaded
        report = diagnose("run", ended.observations, ended.notes) if wanted else Report("run", notes=ended.notes)
        deliver(report, style, output, quiet)
    except Exception as problem:  # the command's exit code is the user's, whatever becomes of our report
        trouble("could not make the report", problem)
        leave(2 if strict else ended.code)
    leave(1 if strict and report.has_errors else ended.code)


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
