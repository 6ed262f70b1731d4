"""`stepscope run`: a training command under guard."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from stepscope.commands.output import deliver, report_options


@click.command(
    "run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, no_args_is_help=True
)
@report_options
@click.option("-m", "module", metavar="MODULE", help="Run a module, as `python -m` does.")
@click.argument("arguments", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
def command(
    arguments: tuple[str, ...], module: str | None, style: str | None, output: Path | None, strict: bool, quiet: bool
) -> None:
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
    from stepscope.diagnose import diagnose

    try:
        ended = supervise(command_line(arguments, module))
    except CannotStart as problem:
        raise NoCommand(f"cannot start {problem.filename}: {problem.strerror}", problem.filename) from problem
    try:
        report = diagnose("run", ended.observations, ended.notes)
        deliver(report, style, output, quiet)
    except Exception as problem:  # the command's exit code is the user's, whatever becomes of our report
        trouble("could not make the report", problem)
        leave(2 if strict else ended.code)
    leave(1 if strict and report.has_errors else ended.code)


class NoCommand(click.ClickException):
    """There is no such command or script; exit code 127 for a command, as a shell gives, and 2 for a script."""

    exit_code = 2

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def command_line(arguments: tuple[str, ...], module: str | None) -> list[str]:
    """What to start: a script and a module by this Python, anything else as it stands."""
    if module is not None:
        return [sys.executable, "-m", module, *arguments]
    if not arguments:
        raise click.UsageError("a command is needed, for example: stepscope run train.py")
    first = arguments[0]
    if first.endswith((".py", ".pyw")) or (os.path.isdir(first) and os.path.isfile(os.path.join(first, "__main__.py"))):
        if not os.path.exists(first):
            raise NoCommand(f"there is no script {first} in {os.getcwd()}", first)
        return [sys.executable, *arguments]
    return list(arguments)
