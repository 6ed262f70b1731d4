"""`stepscope rules`: the catalogue, or one page of it."""

from __future__ import annotations

import json

import click

from stepscope.catalogue import UnknownRule, catalogue, find
from stepscope.rule import Rule


@click.command("rules")
@click.option("--format", "style", type=click.Choice(("terminal", "markdown", "json")), default="terminal", help="Form of the page.")
@click.argument("key", metavar="[CODE or NAME]", required=False)
def command(key: str | None, style: str) -> None:
    """List all mistakes that stepscope knows, or show the page of one: stepscope rules LBL101."""
    if key is None:
        click.echo(_list(style))
        return
    try:
        rule = find(key)
    except UnknownRule as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(_page(rule, style))


def _list(style: str) -> str:
    if style == "json":
        return json.dumps([_plain(rule) for rule in catalogue()], indent=2)
    if style == "markdown":
        return "\n".join(f"- `{rule.code}` {rule.name}: {rule.page.title}" for rule in catalogue())
    return "\n".join(f"{rule.code}  {rule.name:<32} {rule.page.title}" for rule in catalogue())


def _page(rule: Rule, style: str) -> str:
    if style == "json":
        return json.dumps(_plain(rule), indent=2)
    text = rule.page.markdown(rule.code, rule.name, rule.stage.value, rule.severity.value)
    return text if style == "markdown" else _terminal(rule)


def _terminal(rule: Rule) -> str:
    page = rule.page
    fix = "\n".join(f"- {item}" for item in page.fix)
    blocks = [
        f"{rule.code} {rule.name}    {rule.severity.value} · {rule.stage.value}\n{page.title}",
        f"Why\n{click.wrap_text(page.why, 98, '  ', '  ', preserve_paragraphs=True)}",
        "Fix\n" + "\n".join(click.wrap_text(item, 98, "  ", "    ") for item in fix.splitlines()),
        f"Bad\n{_indented(page.bad)}",
        f"Good\n{_indented(page.good)}",
    ]
    return "\n\n".join(blocks)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def _plain(rule: Rule) -> dict[str, object]:
    page = rule.page
    return {
        "code": rule.code, "name": rule.name, "severity": rule.severity.value, "stage": rule.stage.value,
        "title": page.title, "why": page.why, "fix": list(page.fix), "bad": page.bad, "good": page.good,
    }  # fmt: skip
