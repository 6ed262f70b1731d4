"""A rule: one mistake, known by its code and slug, with the witnesses that recognise it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, get_type_hints

from stepscope.evidence import Frame, Observation, Said, Stage
from stepscope.finding import Confidence, Finding, Place, Severity
from stepscope.page import Page


@dataclass(frozen=True)
class Draft:
    """What a witness says: only what it knows better than the observation does.

    `line` is the line to change, where that is another one than the line that failed. `fix` goes before the fixes of the rule's page,
    `instead` in their place, where they do not fit. `said` is the line of a log that told it. `places` are all the places of a mistake that a data set holds
    many times, the one to show first; the finding counts them.
    """

    rule: Rule
    headline: str
    confidence: Confidence
    stage: Stage | None
    line: Frame | None
    about: str
    layer: str | None
    operator: str | None
    seen: dict[str, str]
    fix: tuple[str, ...]
    instead: tuple[str, ...]
    severity: Severity
    said: Said | None
    places: Sequence[Place]


HEADLINE = 79
"""Columns of a headline."""
Witnessed = Iterable[Draft]
"""What a witness returns."""


@dataclass(frozen=True)
class Witness:
    """A function that takes evidence by type and yields drafts.

    `verbatim` is true where it knows whole sentences of a framework: they are the framework's wherever they are raised, also in a clone of its
    repository, which looks like the user's own code.
    """

    function: Callable[..., Witnessed]
    needs: tuple[type, ...]
    verbatim: bool = False

    def ask(self, observation: Observation) -> Iterator[Draft]:
        """The drafts for this observation; nothing where a needed piece is missing."""
        pieces = [observation.get(kind) for kind in self.needs]
        if all(piece is not None for piece in pieces):
            yield from self.function(*pieces)

    @property
    def needs_text(self) -> str:
        """What it needs, in words: "failure, labels"."""
        return ", ".join(kind.__name__.lower() for kind in self.needs)


class Rule:
    """One mistake.

    `code` is three letters and three digits, never reused. The slug is the file's name. `yields_to` names the
    rules (slugs) that say the same more narrowly: where one of them speaks, this one is silent. `fallback` is true
    for rules that speak only where no other does. `hears_users` is true for rules that read what the user's own code
    raises as well: the field's words (a box, a class name), no framework's.
    """

    def __init__(
        self,
        code: str,
        severity: Severity,
        *,
        stage: Stage,
        yields_to: tuple[str, ...] = (),
        fallback: bool = False,
        hears_users: bool = False,
    ) -> None:
        frame = sys._getframe(1)
        self.code = code
        self.name = PurePath(frame.f_code.co_filename).stem.replace("_", "-")
        self.severity = severity
        self.stage = stage
        self.yields_to = yields_to
        self.fallback = fallback
        self.hears_users = hears_users
        self.page = Page.read(frame.f_globals.get("__doc__") or "")
        self.witnesses: list[Witness] = []

    def seen_in(self, function: Callable[..., Witnessed], verbatim: bool = False) -> Callable[..., Witnessed]:
        """Register a witness. Its parameters' types say which evidence it needs; see Witness for `verbatim`."""
        self.witnesses.append(Witness(function, _needs(function), verbatim))
        return function

    def found(self, headline: str, confidence: Confidence = Confidence.CERTAIN, **details: Any) -> Draft:
        """A draft of a finding; see Draft for what `details` may hold."""
        empty: dict[str, Any] = {
            "stage": None, "line": None, "about": "", "layer": None, "operator": None,
            "seen": {}, "fix": (), "instead": (), "severity": self.severity, "said": None, "places": (),
        }  # fmt: skip
        unknown = set(details) - set(empty)
        if unknown:
            raise TypeError(f"a draft has no {', '.join(sorted(unknown))}")
        return Draft(rule=self, headline=_within(headline), confidence=confidence, **{**empty, **details})

    def finding(self, draft: Draft, stage: Stage, place: Place, places: tuple[Place, ...]) -> Finding:
        """The finding that a draft becomes once its places are known."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=draft.severity,
            confidence=draft.confidence,
            stage=stage,
            headline=draft.headline,
            place=place,
            places=places,
            count=max(len(draft.places), 1),
            seen={key: str(value) for key, value in draft.seen.items() if value not in (None, "")},
            why=self.page.why,
            fix=(*draft.fix, *(draft.instead or self.page.fix)),
        )


def _needs(function: Callable[..., Witnessed]) -> tuple[type, ...]:
    """The types of its parameters. Hundreds of witnesses are registered at the start: a plain name is looked up, `typing` is asked for others only."""
    told = [annotation for name, annotation in function.__annotations__.items() if name != "return"]
    kinds: list[Any] = [function.__globals__.get(kind) if isinstance(kind, str) else kind for kind in told]
    if len(told) != function.__code__.co_argcount or not all(isinstance(kind, type) for kind in kinds):
        kinds = [kind for name, kind in get_type_hints(function).items() if name != "return"]
    return tuple(kinds)


def _within(headline: str) -> str:
    """The headline in at most HEADLINE columns, cut between words."""
    text = " ".join(headline.split())
    if len(text) <= HEADLINE:
        return text
    kept = text[: HEADLINE - 4].rpartition(" ")[0] or text[: HEADLINE - 4]
    return kept.rstrip(" ,:;-") + " ..."
