"""`stepscope explain`: from a pasted log to the cause."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stepscope.commands.output import CannotOpen, deliver, report_options


@click.command("explain")
@report_options
@click.argument("log", required=False, default="-", metavar="[LOG]")
def command(log: str, style: str | None, output: Path | None, quiet: bool, **_: object) -> None:
    """Name the cause of a failure from its log: a file, or standard input.

    \b
    stepscope explain train.log
    python train.py 2>&1 | stepscope explain
    stepscope explain --format markdown slurm-1234.out

    Any framework's: tracebacks of Python, notebooks and `rich`, op errors of TensorFlow, texts of CUDA, NCCL and
    launchers, of many processes at once; and progress bars that turn to `loss: nan`. Nothing in a log is executed,
    imported or opened. Exit codes: 0 nothing found, 1 a failure, 2 the log could not be read.
    """
    from stepscope.explaining import explain_stream

    if log == "-":
        if sys.stdin.isatty():
            click.echo("Paste the log, then press Ctrl-D (Windows: Ctrl-Z and Enter).", err=True)
        report = explain_stream(sys.stdin.buffer, "log")
    else:
        try:
            with open(log, "rb") as stream:
                report = explain_stream(stream, log)
        except OSError as problem:
            raise CannotOpen(log, problem.strerror or str(problem)) from problem
    deliver(report, style, output, quiet, err=False)
    if not (report.findings or quiet or style or output):
        click.echo(f"No failure found in {report.lines:,} lines: {report.asked} rules were asked.")
    sys.exit(1 if report.has_errors else 0)
