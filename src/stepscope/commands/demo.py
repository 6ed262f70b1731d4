"""`stepscope demo`: a small network trained twice under guard, healthy and with a mistake put in."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import sys
from pathlib import Path

import click

from stepscope.commands.output import deliver

DEFAULT = "label-out-of-range"


def examples() -> Path:
    """The folder of the demo's scripts: in the installed package, or beside the sources."""
    package = Path(__file__).resolve().parents[1]
    return next(folder for folder in (package / "examples", package.parents[1] / "examples") if (folder / "digits.py").is_file())


def mistakes() -> list[str]:
    """The slugs that the demo can put in."""
    return sorted(path.stem.replace("_", "-") for path in (examples() / "mistakes").glob("*.py"))


@click.command("demo")
@click.option("--mistake", metavar="NAME", default=DEFAULT, show_default=True, help="The mistake to put in; --list shows all.")
@click.option("--list", "listing", is_flag=True, help="List the mistakes to choose from.")
def command(mistake: str, listing: bool) -> None:
    """Train a small CNN on scikit-learn's digits: once healthy, once with a mistake put in.

    Needs torch and scikit-learn: pip install "stepscope[demo]".
    """
    if listing:
        for name in mistakes():
            click.echo(f"{name:<28} {_first_line(_script(name))}")
        return
    missing = [name for name in ("torch", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        raise click.ClickException(f'the demo needs {" and ".join(missing)}: pip install "stepscope[demo]"')
    healthy, broken = examples() / "digits.py", _script(mistake)
    _title(f"1. A healthy run: stepscope run {healthy.name}")
    _run(healthy)
    _title(f"2. The same with a mistake put in: {_first_line(broken)}")
    _show_change(healthy, broken)
    _title(f"3. stepscope run {broken.name}")
    found = _run(broken)
    _title("What was learnt")
    click.echo(found)
    click.echo(f"The scripts are in {examples()}. Another mistake: stepscope demo --list")


def _script(name: str) -> Path:
    known = mistakes()
    slug = name.lower().replace("_", "-")
    if slug not in known:
        near = difflib.get_close_matches(slug, known, n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.BadParameter(f"there is no mistake {name!r} to choose{hint} --list shows all.", param_hint="--mistake")
    return examples() / "mistakes" / f"{slug.replace('-', '_')}.py"


def _run(script: Path) -> str:
    """Run a script under guard, show its report, and say in a sentence what it told."""
    from stepscope.collect.process.supervisor import supervise
    from stepscope.diagnose import diagnose

    ended = supervise([sys.executable, str(script)])
    report = diagnose("demo", ended.observations)
    deliver(report, None, None, quiet=False)
    if not report.findings:
        click.echo(f"exit code {ended.code}, {ended.steps} steps, nothing found")
        return ""
    first = report.findings[0]
    sample = next((f", sample {s.index}" for s in first.place.samples if s.index is not None), "")
    where = f"{Path(first.place.file or '').name}:{first.place.line}"
    return f"{first.name}: {first.headline}.\nThe line to look at is {where}{sample}. {first.fix[0]}"


def _show_change(healthy: Path, broken: Path) -> None:
    """The lines in which the broken script differs."""
    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (healthy, broken))
    for line in difflib.unified_diff(before, after, healthy.name, broken.name, lineterm="", n=1):
        if '"""' not in line:
            click.echo("    " + click.style(line, fg={"+": "green", "-": "red"}.get(line[:1])))


def _first_line(script: Path) -> str:
    return (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").splitlines()[0]


def _title(text: str) -> None:
    click.echo("\n" + click.style(text, bold=True) + "\n")
