"""A sentence of a library that stands for one mistake, as a witness of its rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stepscope.evidence import Failure, Log, Stage
from stepscope.finding import Confidence
from stepscope.rule import Rule, Witnessed

CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
Sentence = tuple[str, str]
"""A pattern, and the headline: it may name the pattern's groups, "{got} arrive"."""


def sentences(rule: Rule, forms: Sequence[Sentence], sure: Confidence = LIKELY, stage: Stage | None = None, fix: tuple[str, ...] = ()) -> None:
    """Let the rule hear these sentences in logs. The first that is found speaks; groups that its headline leaves out become facts."""
    known = [(re.compile(pattern), headline) for pattern, headline in forms]

    def said(failure: Failure, log: Log) -> Witnessed:
        for pattern, headline in known:
            if found := pattern.search(failure.message):
                told = {name: value.strip() for name, value in found.groupdict().items() if value}
                facts = {name: value for name, value in told.items() if f"{{{name}}}" not in headline}
                yield rule.found(
                    headline.format_map(_Known(told)), sure, stage=stage or rule.stage, seen={**facts, "says": words_from(failure, found.start())}, fix=fix
                )
                return

    rule.seen_in(said, verbatim=True)


def words_from(failure: Failure, start: int = 0, length: int = 300) -> str:
    """The exception's own words, from the line on in which something was found."""
    begin = failure.message.rfind("\n", 0, start) + 1
    return " ".join(failure.message[begin : begin + length].split())


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "another"
