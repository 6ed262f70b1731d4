"""The `stepscope` command: finds the subcommand, and turns our own errors into words."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from stepscope import __version__

COMMANDS = {
    "check": "Find every problem of a data set.",
    "demo": "Train a small network with a mistake put in, and read the report.",
    "explain": "Name the cause of a failure from its log.",
    "rules": "The catalogue of mistakes, or one page of it.",
    "run": "Run a training command under guard.",
}


class Commands(click.Group):
    """Subcommands that are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"stepscope.commands.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stepscope")
def cli() -> None:
    """When training breaks, stepscope names the step, the stage, the sample, the layer, the line and the fix.

    \b
    Start with your own script, unchanged:
      stepscope run train.py --epochs 5
    with your data, before anything is trained:
      stepscope check data/
    or with the log of a run that has failed:
      stepscope explain train.log
    """


def main() -> None:
    """The entry point. Exit codes: 0 nothing found, 1 error findings, 2 stepscope could not do its work."""
    try:
        cli(prog_name="stepscope")
    except Exception as problem:
        click.echo(f"stepscope: this is our own fault, not your script's: {type(problem).__name__}: {problem}", err=True)
        sys.exit(2)
