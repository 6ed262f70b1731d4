"""A rule's page, read from the docstring of its module."""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass

HEADINGS = ("Why", "Fix", "Bad", "Good")
_HEADING = re.compile(rf"^({'|'.join(HEADINGS)})\n(?:-{{3,}}|={{3,}})\n", re.MULTILINE)


class PageError(ValueError):
    """A rule's docstring lacks a part that every page has."""


@dataclass(frozen=True)
class Page:
    """What is printed by `stepscope rules CODE`: a title line, why it matters, how to fix it, a bad and a good example."""

    title: str
    why: str
    fix: tuple[str, ...]
    bad: str
    good: str

    @classmethod
    def read(cls, docstring: str) -> Page:
        """Split a docstring at its headings, in their fixed order.

        Raises PageError when a heading is missing or empty, or stands in another order.
        """
        title, *parts = _HEADING.split(inspect.cleandoc(docstring) + "\n")
        found = dict(zip(parts[::2], (text.strip("\n").rstrip() for text in parts[1::2]), strict=True))
        if tuple(found) != HEADINGS or not all(found.values()):
            raise PageError(f"a page has {', '.join(HEADINGS)}, in this order; this one has {', '.join(found) or 'none'}")
        return cls(
            title=title.strip(),
            why=_paragraph(found["Why"]),
            fix=tuple(_paragraph(item) for item in re.split(r"^- ", found["Fix"], flags=re.MULTILINE) if item.strip()),
            bad=textwrap.dedent(found["Bad"]),
            good=textwrap.dedent(found["Good"]),
        )

    def markdown(self, code: str, name: str, stage: str, severity: str) -> str:
        """The page as Markdown, the same text for the terminal, the web page and SARIF."""
        fix = "\n".join(f"- {item}" for item in self.fix)
        return (
            f"# {name} ({code})\n\n{self.title}\n\n| stage | severity |\n| --- | --- |\n| {stage} | {severity} |\n\n"
            f"## Why\n\n{self.why}\n\n## Fix\n\n{fix}\n\n"
            f"## Bad\n\n```python\n{self.bad}\n```\n\n## Good\n\n```python\n{self.good}\n```\n"
        )


def _paragraph(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
