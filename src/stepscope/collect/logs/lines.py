"""Bytes become clean lines: decoded, without terminal codes, a carriage return ending a line as well."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNK = 1 << 20
"""Bytes read at a time."""
LONGEST = 16_000
"""Characters kept of a line."""
_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-Z\\^-~])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
"""Terminal codes: colours, cursor moves, titles; and characters that nothing shows."""
_ENDS = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """A line of the log, with its number in the file (from 1). What a progress bar wrote over itself keeps one number."""

    number: int
    text: str


def clean(text: str) -> str:
    """The text without terminal codes, at most LONGEST characters."""
    return _CODES.sub("", text)[:LONGEST].rstrip()


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """All lines of a stream. At most a chunk of it is held at a time, however long its lines are."""
    decoder: codecs.IncrementalDecoder | None = None
    rest, number = "", 1
    while True:
        chunk = stream.read(CHUNK)
        decoder = decoder or codecs.getincrementaldecoder(encoding_of(chunk))(errors="replace")
        text = rest + decoder.decode(chunk, final=not chunk)
        begin = 0
        for end in _ENDS.finditer(text):
            if chunk and end[0] == "\r" and end.end() == len(text):
                break  # its line feed may come with the next chunk
            yield Line(number, clean(text[begin : end.start()][: 4 * LONGEST]))
            number += end[0] != "\r"
            begin = end.end()
        rest = text[begin:][: 4 * LONGEST] if chunk else text[begin:]
        if not chunk:
            break
    if rest:
        yield Line(number, clean(rest[: 4 * LONGEST]))


def encoding_of(start: bytes) -> str:
    """The encoding that the first bytes show: UTF-16 by its mark or by every other byte being zero, else UTF-8."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = start[:4096]
    if len(head) >= 8:
        if head[1::2].count(0) > 0.4 * len(head[1::2]) and head[0::2].count(0) * 10 < len(head):
            return "utf-16-le"
        if head[0::2].count(0) > 0.4 * len(head[0::2]) and head[1::2].count(0) * 10 < len(head):
            return "utf-16-be"
    return "utf-8"
