"""The marker segments of a JPEG file (ITU T.81, annex B)."""

from __future__ import annotations

import re
from struct import error, unpack_from
from typing import NamedTuple

FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
"""Markers that begin a frame: baseline, extended, progressive, lossless, with Huffman or arithmetic coding."""
LOSSLESS = frozenset((0xC3, 0xC7, 0xCB, 0xCF))
_TELLING = FRAMES | {0xE1, 0xE2, 0xEE}
_ALONE = frozenset((0x01, 0xFF, *range(0xD0, 0xD9)))
"""Markers without a length, and the fill byte."""
WINDOW = 1 << 16
"""Bytes that are searched at once: they stay in the processor's cache."""
_NEXT = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7\x01])", re.DOTALL)
_SIGNATURES = (b"SEFT", b"AXS!", b"AXS*", b"cbipcbbl", b"zmie~", b"\xa1\xb2\xc3\xd4", b"CANON OPTIONAL DATA", b"vivo{", b"QDIOBS", b"MotionPhoto_Data", b"Camera-ML", b"NIKON APP")


class Header(NamedTuple):
    """What stands before the first scan. `adobe` is the colour transform of an APP14 segment (-1: none), `vendor` whether bytes after the end are announced
    or usual (MPF, motion photos), `scan` the place where coded data begins; -1 where the header is not complete.
    """

    frame: int = 0
    width: int = 0
    height: int = 0
    channels: int = 0
    bits: int = 0
    orientation: int = 0
    adobe: int = -1
    vendor: bool = False
    scan: int = -1


def header(data: bytes) -> Header:
    """The segments up to the first scan."""
    at, found, length = 2, Header(), len(data)
    while at + 4 <= length and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        size = data[at + 2] << 8 | data[at + 3]
        end = at + 2 + size
        if marker == 0xDA:
            return found._replace(scan=end) if found.frame and end <= length else found
        if marker == 0xD9 or size < 2:
            break
        if marker in _TELLING and at + 10 <= length:
            found = _segment(found, marker, data[at + 4 : end])
        at = end
    return found


def _segment(found: Header, marker: int, content: bytes) -> Header:
    if marker in FRAMES:
        bits, height, width, channels = unpack_from(">BHHB", content.ljust(6, b"\0"))
        return found._replace(frame=marker, width=width, height=height, channels=channels, bits=bits)
    return _application(found, marker, content)


def _application(found: Header, marker: int, content: bytes) -> Header:
    if marker == 0xE1 and content.startswith(b"Exif\0\0"):
        return found._replace(orientation=orientation(content[6:]))
    if marker == 0xE1:
        return found._replace(vendor=found.vendor or b"MotionPhoto" in content or b"MicroVideo" in content or b"GContainer" in content or b"hdrgm" in content)
    if marker == 0xE2 and content.startswith(b"MPF\0"):
        return found._replace(vendor=True)
    if marker == 0xEE and content.startswith(b"Adobe") and len(content) >= 12:
        return found._replace(adobe=content[11])
    return found


def orientation(tiff: bytes) -> int:
    """The orientation that an EXIF block notes, 1 to 8; 0 where it notes none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (start,) = unpack_from(f"{order}I", tiff, 4)
        (count,) = unpack_from(f"{order}H", tiff, start)
        for place in range(min(count, 200)):
            tag, kind, _, value = unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * place)
            if tag == 0x0112:
                return int(value) if kind == 3 and value <= 8 else 0
    except error:
        return 0
    return 0


def end_of(data: bytes, scan: int) -> int:
    """Where the image ends, behind its end marker; -1 where it has none."""
    import numpy as np

    for start in range(scan, len(data) - 1, WINDOW):
        coded = np.frombuffer(data, np.uint8, min(WINDOW + 1, len(data) - start), start)
        ends = (coded[:-1] == 0xFF) & (coded[1:] == 0xD9)
        first = int(ends.argmax())
        if ends[first]:
            end = start + first + 2
            return end if end == len(data) else _walked(data, scan)
    return -1


def _walked(data: bytes, at: int) -> int:
    """The same, from segment to segment: tables between the scans may hold the bytes of an end marker."""
    while found := _NEXT.search(data, at):
        marker = found[1][0]
        if marker == 0xD9:
            return found.end()
        size = int.from_bytes(data[found.end() : found.end() + 2], "big")
        at = found.end() + size if marker >= 0xC0 and size >= 2 else found.end()
    return -1


def after(data: bytes, end: int, vendor: bool) -> str:
    """What stands behind the end, in words; "" where it is padding, or what cameras put there."""
    rest = memoryview(data)[end:]
    if not bytes(rest[:4096]).strip(b"\0\xff\r\n ") and not bytes(rest).strip(b"\0\xff\r\n "):
        return ""
    begins, ends = bytes(rest[:4096]), bytes(rest[-4096:])
    if vendor or any(sign in begins or sign in ends for sign in _SIGNATURES) or begins[4:8] == b"ftyp":
        return ""
    if begins.startswith(b"\xff\xd8\xff"):
        return f"a second image of {len(rest):,} bytes is joined on behind its end"
    return f"{len(rest):,} bytes stand behind its end"
