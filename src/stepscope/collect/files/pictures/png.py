"""PNG images: the checksum of every chunk, the end, and the pixels."""

from __future__ import annotations

import zlib
from struct import unpack_from
from typing import Any

from stepscope.collect.files.pictures import pillow
from stepscope.collect.files.pictures.markers import orientation
from stepscope.collect.files.pictures.pillow import MOST_PIXELS
from stepscope.collect.files.pictures.source import Source
from stepscope.evidence import State

BEGINS = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"
_MODES = {0: ("L", 1), 2: ("RGB", 3), 3: ("P", 1), 4: ("LA", 2), 6: ("RGBA", 4)}
Verdict = tuple[dict[str, Any], str]


def inspect(source: Source, quick: bool) -> Verdict:
    """The fields of FACTS, and what is the matter where something is."""
    facts = header(source.head)
    if facts is None:
        return {"format": b"PNG", "state": State.TRUNCATED if source.size < 33 else State.CORRUPT}, "its header is not complete"
    if facts["width"] * facts["height"] > MOST_PIXELS:
        return {**facts, "state": State.TOO_LARGE}, f"{facts['width']}x{facts['height']} pixels in {source.size:,} bytes"
    if quick and source.tail[-12:] == END:
        return {**facts, "state": State.WHOLE}, ""
    state, words, noted = chunks(source.whole())
    facts.update(noted, state=state)
    if quick or state in (State.CORRUPT, State.TRUNCATED):
        return facts, words
    seen, problem = pillow.inspect(source, quick)
    if seen["state"] is not State.WHOLE:
        return {**facts, "state": seen["state"]}, problem
    kept = {name: value for name, value in seen.items() if name not in ("state", "orientation", "channels", "bits", "mode") or (name == "mode" and value == b"RGBX")}
    return {**facts, **kept}, words


def header(head: bytes) -> dict[str, Any] | None:
    """What the first chunk tells; None where it is not there."""
    if len(head) < 33 or head[12:16] != b"IHDR":
        return None
    width, height, bits, colour = unpack_from(">IIBB", head, 16)
    mode, channels = _MODES.get(colour, ("", 0))
    mode = {("L", 1): "1", ("L", 16): "I;16"}.get((mode, bits), mode)
    return {"format": b"PNG", "mode": mode.encode(), "width": width, "height": height, "channels": channels, "bits": bits, "frames": 1}


def chunks(data: bytes) -> tuple[State, str, dict[str, Any]]:
    """The state that the chunks tell, in words too, and what ancillary ones note."""
    noted: dict[str, Any] = {}
    view, at, pixels = memoryview(data), 8, False
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            break
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return State.CORRUPT, f"the checksum of its chunk {kind.decode('latin-1')!s} at byte {at:,} does not fit", noted
        noted.update(_noted(kind, data, at))
        pixels = pixels or kind == b"IDAT"
        at = end
        if kind == b"IEND":
            return (*_behind(bytes(view[at:])), noted)
    if at + 12 > len(data) and pixels and _complete(data):
        return State.NO_END, "lacks its last chunk; all pixels are there", noted
    return State.TRUNCATED, f"ends after {len(data):,} bytes, within its chunks", noted


def _noted(kind: bytes, data: bytes, at: int) -> dict[str, Any]:
    if kind == b"acTL":
        return {"frames": int.from_bytes(data[at + 8 : at + 12], "big")}
    return {"orientation": orientation(data[at + 8 :])} if kind == b"eXIf" else {}


def _behind(rest: bytes) -> tuple[State, str]:
    if not rest.strip(b"\0\r\n "):
        return State.WHOLE, ""
    if rest.startswith((BEGINS, b"\xff\xd8\xff")):
        return State.TRAILING, f"a second image of {len(rest):,} bytes is joined on behind its end"
    return State.TRAILING, f"{len(rest):,} bytes stand behind its end"


def _complete(data: bytes) -> bool:
    """Whether the compressed stream of pixels has come to its own end."""
    stream, at = zlib.decompressobj(), 8
    try:
        while at + 12 <= len(data):
            size = int.from_bytes(data[at : at + 4], "big")
            if data[at + 4 : at + 8] == b"IDAT":
                piece = data[at + 8 : at + 8 + size]
                while piece and not stream.eof:
                    stream.decompress(piece, 1 << 20)
                    piece = stream.unconsumed_tail
            at += 12 + size
    except zlib.error:
        return False
    return stream.eof
