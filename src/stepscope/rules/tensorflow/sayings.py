"""A sentence of a framework that stands for one mistake, as a witness of its rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from stepscope.evidence import Failure, Stage
from stepscope.finding import Confidence
from stepscope.rule import Rule, Witnessed

CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
_OURS = re.compile(r"keras|tensorflow|jax|flax|imageai", re.IGNORECASE)
Sentence = tuple[str, str]
"""A pattern, and the headline: it may name the pattern's groups, "{got} arrive"."""


def sayings(rule: Rule, sentences: Sequence[Sentence], sure: Confidence = LIKELY, stage: Stage | None = None, fix: tuple[str, ...] = ()) -> None:
    """Let the rule hear these sentences. The first that is found speaks; groups that are not in its headline become facts."""
    forms: list[tuple[re.Pattern[str], str]] = []

    def said(failure: Failure) -> Witnessed:
        if _is_pytorchs(failure):
            return
        if not forms:  # compiled when they are first needed: most logs are of one framework
            forms.extend((re.compile(pattern), headline) for pattern, headline in sentences)
        for form, headline in forms:
            if found := form.search(failure.message):
                told = {name: value.strip() for name, value in found.groupdict().items() if value}
                yield rule.found(
                    headline.format_map(_Known(told)),
                    sure,
                    stage=stage or rule.stage,
                    seen={**{name: value for name, value in told.items() if f"{{{name}}}" not in headline}, "says": first(failure)},
                    instead=fix,
                )
                return

    rule.seen_in(said)


def first(failure: Failure, length: int = 300) -> str:
    """The exception's own words: its first paragraph."""
    return failure.message.strip().partition("\n")[0][:length]


def typed(*kinds: str) -> Callable[[Failure], bool]:
    """Whether a failure is one of these."""
    return lambda failure: failure.is_a(*kinds)


def _is_pytorchs(failure: Failure) -> bool:
    """Whether the frames are PyTorch's, and none is of a framework of this folder."""
    return any(frame.torch for frame in failure.frames) and not any(_OURS.search(frame.file) for frame in failure.frames)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "another"
