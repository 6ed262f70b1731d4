"""Bytes become clean lines: decoded, without terminal codes, a carriage return ending a line as well.

Of a large log all lines of its start and end are read; between them those around words of trouble, and a few others for the course of the
training. So a log of a night's eight ranks is read as fast as it can be searched.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 20
"""Bytes read at a time."""
WHOLE = 1
"""Blocks of the start, and of the end, of which every line is read."""
LONGEST = 16_000
"""Characters kept of a line."""
BEFORE, AFTER = 3_000, 30_000
"""Bytes read before and after a word of trouble."""
HITS = 60
"""Places of one word that are read in all from the start, and as many in each block from the end."""
SAMPLES = 24
"""Lines read of each block for the course of the training."""

_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-Z\\^-~])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
"""Terminal codes: colours, cursor moves, titles; and characters that nothing shows."""
_ENDS = re.compile(r"\r\n|\n|\r")
_BETWEEN = re.compile(r"(?<=\}, )(?=\{)|(?<=\},)(?=\{)")
"""Where one object of a list ends and the next begins."""
_TROUBLE = (
    b"Traceback (most", b"rror:", b"RROR", b"xception", b"nan", b"NaN", b"FATAL", b"Fatal", b"Killed", b"egmentation", b"segfault", b"Watchdog", b"OOM", b"oom-kill", b"oom_kill",
    b"SIG", b"CANCELLED", b"ssertion", b" dumped)", b"out of memory", b"corruption", b"Timeout (",
)  # fmt: skip
"""What nearly every failure has in one of its lines; case as it is written."""


class Line(NamedTuple):
    """A line of the log, with its number in the file (from 1). What a progress bar wrote over itself keeps one number."""

    number: int
    text: str


def clean(text: str) -> str:
    """The text without terminal codes, at most LONGEST characters."""
    text = text[: 4 * LONGEST]
    if not text.isprintable():
        text = _CODES.sub("", text)
    return text[:LONGEST].rstrip()


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream. A few blocks of it are held at a time, however long it and its lines are."""
    start = stream.read(BLOCK)
    waiting: deque[bytes] = deque()
    number, place, searcher = 1, 0, _Searcher()
    for block in _blocks(_chunks(start, stream, encoding_of(start))):
        if place < WHOLE:
            yield from _lines(block, number)
            number, place = number + block.count(b"\n"), place + 1
            continue
        waiting.append(block)
        if len(waiting) > WHOLE:
            searched = waiting.popleft()
            read = 0
            for begin, end in searcher.ranges(searched):
                number += searched.count(b"\n", read, begin)
                yield from _lines(searched[begin:end], number)
                number += searched.count(b"\n", begin, end)
                read = end
            number += searched.count(b"\n", read)
    for block in waiting:
        yield from _lines(block, number)
        number += block.count(b"\n")


class _Searcher:
    """Where trouble is spoken of: the first places of each word in the log, and the last ones in each block."""

    def __init__(self) -> None:
        self._left = dict.fromkeys(_TROUBLE, HITS)
        self._open = 0

    def ranges(self, block: bytes) -> list[tuple[int, int]]:
        """The parts of a block that are to be read, in their order and apart."""
        found = [(0, self._open)] if self._open else []
        found += [(place - BEFORE, place + AFTER) for word in _TROUBLE for place in self._places(word, block)]
        step = max(len(block) // SAMPLES, 1)
        found += [(place, place + 1) for place in range(step // 2, len(block), step)]
        self._open = max(0, max((end for begin, end in found if end - begin > 1), default=0) - len(block))
        return list(_merged((_line_start(block, max(begin, 0)), _line_end(block, min(end, len(block)))) for begin, end in sorted(found)))

    def _places(self, word: bytes, block: bytes) -> Iterator[int]:
        at = block.find(word)
        while at >= 0 and self._left[word] > 0:
            self._left[word] -= 1
            yield at
            at = block.find(word, at + AFTER)
        if at >= 0:
            yield block.rfind(word)


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    begin = end = 0
    for start, stop in ranges:
        if start > end:
            if end > begin:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end > begin:
        yield begin, end


def _line_start(block: bytes, at: int) -> int:
    return block.rfind(b"\n", 0, at) + 1


def _line_end(block: bytes, at: int) -> int:
    found = block.find(b"\n", at)
    return len(block) if found < 0 else found + 1


def _chunks(start: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The stream as UTF-8, a block at a time."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace") if encoding != "utf-8" else None
    while start:
        yield start if decoder is None else decoder.decode(start).encode("utf-8", "replace")
        start = stream.read(BLOCK)


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks that end with a line's end; of a line that goes far beyond a block, its start and its end."""
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        cut = block.rfind(b"\n") + 1
        if cut:
            yield block[:cut]
        rest = block[cut:]
        if len(rest) > BLOCK // 2:
            rest = rest[: 4 * LONGEST] + rest[max(4 * LONGEST, len(rest) - BLOCK // 2) :]
    if rest:
        yield rest


def _lines(block: bytes, number: int) -> Iterator[Line]:
    """All lines of a part."""
    text = block.decode("utf-8", "replace")
    begin = 0
    for end in _ENDS.finditer(text):
        yield from _pieces(text[begin : end.start()], number)
        number += end[0] != "\r"
        begin = end.end()
    if begin < len(text):
        yield from _pieces(text[begin:], number)


def _pieces(text: str, number: int) -> Iterator[Line]:
    """The line; a long line of JSON object by object, as what a recorder wrote last stands at its end."""
    if len(text) > LONGEST and text.startswith(("{", "[")):
        yield from (Line(number, clean(piece)) for piece in _BETWEEN.split(text))
    else:
        yield Line(number, clean(text))


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
