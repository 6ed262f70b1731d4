"""Images of other formats than JPEG and PNG, and files that are no images."""

from __future__ import annotations

from typing import Any

from PIL import UnidentifiedImageError, features

from stepscope.collect.files.pictures import pillow
from stepscope.collect.files.pictures.content import described
from stepscope.collect.files.pictures.source import Source
from stepscope.evidence import State

Verdict = tuple[dict[str, Any], str]


def inspect(source: Source, quick: bool) -> Verdict:
    """The fields of FACTS, and the decoder's words where there are any."""
    if source.head[:4] == b"RIFF" and source.head[8:12] == b"WEBP":
        return _webp(source, quick)
    try:
        return pillow.inspect(source, quick)
    except UnidentifiedImageError:
        if source.head[4:12] in (b"ftypavif", b"ftypavis") and features.check("avif"):
            return {"format": b"AVIF", "state": State.CORRUPT}, "begins like AVIF, and cannot be decoded"
        return {"state": State.NOT_AN_IMAGE}, described(source.starting(2048))


def _webp(source: Source, quick: bool) -> Verdict:
    state, words = _riff(source)
    if state is State.TRUNCATED:
        return {"format": b"WEBP", "state": state}, words
    try:
        facts, problem = pillow.inspect(source, quick)
    except UnidentifiedImageError:
        return {"format": b"WEBP", "state": State.CORRUPT}, "begins like WebP, and cannot be decoded"
    return (facts, problem) if facts["state"] is not State.WHOLE else ({**facts, "state": state}, words)


def _riff(source: Source) -> tuple[State, str]:
    """A WebP file says in its header how long it is."""
    size = int.from_bytes(source.head[4:8], "little") + 8
    size += size % 2
    if source.size + 1 < size:
        return State.TRUNCATED, f"its header says {size:,} bytes, and {source.size:,} are there"
    if source.size > size and source.whole()[size:].strip(b"\0\r\n "):
        return State.TRAILING, f"{source.size - size:,} bytes stand behind its end"
    return State.WHOLE, ""
