"""The items of lists at the top of a JSON text, with the bytes that they stand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')


class Item(NamedTuple):
    """One item: where it begins and ends, its bytes, and what they say."""

    start: int
    end: int
    text: bytes
    value: dict[str, Any]


def items_of(data: bytes, names: Sequence[str]) -> dict[str, list[Item]]:
    """The items of these lists. Raises ValueError where the text is no JSON object in UTF-8."""
    if not isinstance(json.loads(data.decode("utf-8")), dict):
        raise ValueError("no object")
    found: dict[str, list[Item]] = {name: [] for name in names}
    depth, key, start = 0, "", 0
    inside: str | None = None
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text[:1] == b'"':
            key = text[1:-1].decode("utf-8", "replace") if depth == 1 else key
        elif text in b"[{":
            if depth == 1:
                inside = key if text == b"[" and key in found else None
            if depth == 2 and text == b"{":
                start = token.start()
            depth += 1
        else:
            depth -= 1
            if depth == 2 and inside is not None and text == b"}":
                whole = data[start : token.end()]
                found[inside].append(Item(start, token.end(), whole, json.loads(whole)))
    return found


def written(data: bytes, items: dict[str, list[Item]], changes: Iterable[tuple[Item, bytes | None]]) -> bytes:
    """The text with items changed; those whose bytes are None are taken out, with one comma."""
    new = {item.start: text for item, text in changes}
    pieces: list[bytes] = []
    at = 0
    for each in sorted(items.values(), key=lambda found: found[0].start if found else 0):
        kept = False
        for item in each:
            text = new.get(item.start, item.text)
            before = data[at : item.start]
            if text is not None:
                # the first that is kept of a list follows its bracket, not the comma of one that was taken out
                pieces += [before if kept or item is each[0] else _opening(data, each[0], before), text]
                kept = True
            elif item is each[0]:
                pieces.append(before.rstrip())
            at = item.end
    return b"".join([*pieces, data[at:]])


def _opening(data: bytes, first: Item, before: bytes) -> bytes:
    """The white space that stood before the first item, in place of a comma."""
    lead = data[: first.start]
    return lead[len(lead.rstrip()) :] if before.lstrip().startswith(b",") else before
