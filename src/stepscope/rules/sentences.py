"""A sentence of a library that stands for one mistake, as a witness of its rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence
from stepscope.rule import Draft, Rule, Witnessed

CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
Sentence = tuple[str, str]
"""A pattern, and the headline: it may name the pattern's groups, "{got} arrive"."""


def in_logs(rule: Rule, sentences: Sequence[Sentence], sure: Confidence = LIKELY, stage: Stage | None = None, fix: tuple[str, ...] = ()) -> None:
    """Let the rule hear these sentences in logs, whoever raised them. Groups that the headline leaves out become facts."""
    find = _finder(sentences)

    def said(failure: Failure, log: Log) -> Witnessed:
        yield from (_draft(rule, found, headline, failure, sure, stage=stage or rule.stage, fix=fix) for found, headline in find(failure))

    rule.seen_in(said, verbatim=True)


def anywhere(
    rule: Rule, sentences: Sequence[Sentence], sure: Confidence = LIKELY, stage: Stage | None = None, fix: tuple[str, ...] = (),
    unless: Callable[[Failure], bool] = lambda _: False,
) -> None:  # fmt: skip
    """The same in live runs as well, where the library raised it itself. `fix` takes the place of the page's; `unless` tells failures that are of another library."""
    find = _finder(sentences)

    def said(failure: Failure) -> Witnessed:
        if not unless(failure):
            yield from (_draft(rule, found, headline, failure, sure, stage=stage or rule.stage, instead=fix) for found, headline in find(failure))

    rule.seen_in(said)


def words_from(failure: Failure, start: int = 0, length: int = 300) -> str:
    """The exception's own words, from the line on in which something was found."""
    begin = failure.message.rfind("\n", 0, start) + 1
    return " ".join(failure.message[begin : begin + length].split())


def _finder(sentences: Sequence[Sentence]) -> Callable[[Failure], list[tuple[re.Match[str], str]]]:
    """Finds the first sentence that was said, with its headline. The patterns are compiled when they are first needed: most logs are of one library."""
    forms: list[tuple[re.Pattern[str], str]] = []

    def find(failure: Failure) -> list[tuple[re.Match[str], str]]:
        if not forms:
            forms.extend((wording(pattern), headline) for pattern, headline in sentences)
        return next(([(found, headline)] for form, headline in forms if (found := form.search(failure.message))), [])

    return find


def _draft(rule: Rule, found: re.Match[str], headline: str, failure: Failure, sure: Confidence, **details: object) -> Draft:
    told = {name: value.strip() for name, value in found.groupdict().items() if value}
    facts = {name: value for name, value in told.items() if f"{{{name}}}" not in headline}
    return rule.found(headline.format_map(_Known(told)), sure, seen={**facts, "says": words_from(failure, found.start())}, **details)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "another"
