"""A regular expression that is compiled when a text may hold it: of hundreds of sentences a log holds one or two."""

from __future__ import annotations

import re
from typing import Any, cast

SHORTEST = 3
"""Characters that a part of a pattern needs, for its absence to be looked for in its place."""

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|\||[*+?]\??|\{\d*,?\d*\}\??|[.^$]|[^\\\[\]()|*+?{}.^$]+|[{}]", re.DOTALL)
_FLAGS = re.compile(r"\(\?[ms]*[aiLux][aiLmsux]*\)")
"""Flags for the whole pattern that change what plain characters stand for."""
_OPTIONAL = ("?", "*", "{")


def wording(pattern: str, flags: int | re.RegexFlag = 0) -> re.Pattern[str]:
    """As `re.compile`, but nothing is compiled before a text holds the plain words that the pattern cannot do without."""
    return cast("re.Pattern[str]", _Wording(pattern, int(flags)))


class _Wording:
    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name == "_needles":
            self._needles = self._lowered(needles(self.pattern))
            return self._needles
        compiled = re.compile(self.pattern, self.flags)
        vars(self)["search"] = compiled.search
        return getattr(compiled, name)

    def _lowered(self, found: tuple[str, ...]) -> tuple[str, ...]:
        if self.flags & re.VERBOSE or (self.flags & re.IGNORECASE and not self.pattern.isascii()):
            return ()
        return tuple(needle.lower() for needle in found) if self.flags & re.IGNORECASE else found

    def search(self, text: str) -> re.Match[str] | None:
        """Until the plain words are met; then the compiled pattern's own method takes this one's place."""
        searched = text.lower() if self.flags & re.IGNORECASE else text
        if self._needles and not any(needle in searched for needle in self._needles):
            return None
        found: re.Match[str] | None = self.__getattr__("search")(text)
        return found


def needles(pattern: str) -> tuple[str, ...]:
    """Plain words of which a text must hold one, for the pattern to be found in it; none where nothing can be said.

    The longest run of plain characters outside of any group, for each alternative.
    """
    if _FLAGS.match(pattern):
        return ()
    best = []
    for runs in _alternatives(pattern):
        longest = max(runs, key=len, default="")
        if len(longest) < SHORTEST:
            return ()
        best.append(longest)
    return tuple(best)


def _alternatives(pattern: str) -> list[list[str]]:
    """The runs of plain characters of each alternative."""
    found: list[list[str]] = [[]]
    depth, run = 0, ""
    for token in (*_TOKEN.findall(pattern), "|"):
        plain = depth == 0 and _is_plain(token)
        if plain:
            run += token[1:] if token.startswith("\\") else token
            continue
        if depth == 0:
            found[-1].append(run[:-1] if token.startswith(_OPTIONAL) else run)
            run = ""
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            found.append([])
    return found[:-1]


def _is_plain(token: str) -> bool:
    return not token[1:].isalnum() if token.startswith("\\") else token[0] not in "[()|*+?{}.^$"
