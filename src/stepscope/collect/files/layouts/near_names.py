"""Images of nearly the name that an annotation gives: what the usual mistakes make of a name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


class Near:
    """Images by their names without regard to letter case, Unicode form and ending."""

    def __init__(self, images: Iterable[str]) -> None:
        self._paths: dict[str, str] = {}
        for path in images:
            name = _plain(path.rpartition("/")[2])
            for key in (name, name.rpartition(".")[0]):
                self._paths.setdefault(key, path)

    def to(self, name: str) -> str:
        """What is there in the place of a name that is not: ", but cats/1.JPG is"; "" where nothing is."""
        last = name.replace("\\", "/").rpartition("/")[2]
        path = self._paths.get(_plain(last)) or self._paths.get(_plain(last).rpartition(".")[0])
        if path is None:
            return ""
        theirs = path.rpartition("/")[2]
        if theirs != last and unicodedata.normalize("NFC", theirs) == unicodedata.normalize("NFC", last):
            return f", but {path} is: the same letters in another Unicode form"
        return f", but {path} is" if theirs != last else ""


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
