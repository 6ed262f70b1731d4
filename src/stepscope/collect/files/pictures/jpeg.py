"""JPEG images: the header, the end, and all of the coded data."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.pictures import pillow, strict
from stepscope.collect.files.pictures.look import SIDE, looks
from stepscope.collect.files.pictures.markers import LOSSLESS, Header, after, end_of, header
from stepscope.collect.files.pictures.source import Source
from stepscope.evidence import State

BEGINS = b"\xff\xd8"
END = b"\xff\xd9"
HARMLESS = ("unknown JFIF revision", "Invalid SOS parameters for sequential", "Unknown Adobe color transform")
"""Warnings of libjpeg after which every pixel is as it was written."""
_ZEROS = bytes(96)
_USUAL_TABLE = bytes((0x10, 0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D))
"""The beginning of the Huffman table for brightness in annex K of the standard, which files have that were not optimised."""
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
Verdict = tuple[dict[str, Any], str]


def inspect(source: Source, quick: bool) -> Verdict:
    """The fields of FACTS, and the decoder's words where there are any."""
    top = header(source.head)
    for size in (1 << 18, 1 << 62):
        if top.scan < 0 and len(source.head) < source.size:
            top = header(source.starting(size))
    facts = {
        "format": b"JPEG", "mode": _MODES.get(top.channels, "").encode(), "width": top.width, "height": top.height, "channels": top.channels,
        "bits": top.bits, "orientation": top.orientation, "frames": 1,
    }  # fmt: skip
    if top.scan < 0:
        whole = source.tail[-2:] == END
        return {**facts, "state": State.CORRUPT if whole else State.TRUNCATED}, "no coded data follows its header" if whole else "ends within its header"
    if not (top.width and top.height):
        return {**facts, "state": State.CORRUPT}, f"its header says {top.width}x{top.height} pixels"
    if top.width * top.height > pillow.MOST_PIXELS:
        return {**facts, "state": State.TOO_LARGE}, f"{top.width}x{top.height} pixels in {source.size:,} bytes"
    if quick and source.tail[-2:] == END:
        return {**facts, "state": State.WHOLE}, ""
    seen, words = _decoded(source.whole(), top, quick)
    return {**facts, **seen}, words


def _decoded(data: bytes, top: Header, quick: bool) -> Verdict:
    """State and looks of an image whose header is complete."""
    end = end_of(data, top.scan)
    behind = after(data, end, top.vendor) if 0 < end < len(data) else ""
    if quick and end > 0:
        return {"state": State.TRAILING if behind else State.WHOLE}, behind
    if top.bits != 8 or top.frame in LOSSLESS or top.channels not in _MODES:
        return _unusual(data, top, end)
    seen, damage = thumbnail(data if end > 0 else data + END, top)
    if damage is None and end < 0 and strict.decoder() == "pillow" and _blank_below(seen):
        damage = "the lower part of the image is missing"
    damage = damage or _zeroed(data, top)
    if damage is not None:
        return _damaged(data, top, end, damage)
    facts = {"grey": seen, "low": int(seen.min()), "high": int(seen.max())}
    if facts["low"] == facts["high"]:
        facts.update(_extremes(data, top))
    if end < 0:
        return {**facts, "state": State.NO_END}, "lacks its end marker; all pixels are there"
    return {**facts, "state": State.TRAILING if behind else State.WHOLE}, behind


def thumbnail(data: bytes, top: Header, side: int = SIDE, strictly: bool = True) -> tuple[Any, str | None]:
    """The grey image at an eighth of its size (larger where that is very small) after all of it was decoded, or the decoder's complaint."""
    try:
        import simplejpeg
    except ImportError:
        return pillow.thumbnail(data, side)
    space = "CMYK" if top.channels == 4 else "GRAY"
    least = {"min_height": min(side, top.height), "min_width": min(side, top.width)}
    try:
        pixels = simplejpeg.decode_jpeg(data, space, min_factor=8, strict=strictly, **least)
    except ValueError as problem:
        if strictly and any(words in str(problem) for words in HARMLESS):
            return thumbnail(data, top, side, strictly=False)
        return None, str(problem)
    if space == "GRAY":
        return pixels[:, :, 0], None
    return (pixels[:, :, :3].mean(axis=2) * pixels[:, :, 3] / 255).astype("u1"), None


def _zeroed(data: bytes, top: Header) -> str | None:
    """Zero bytes in coded data, as lost blocks of a disk leave them. With the usual Huffman table they stand for noise in every coefficient, which no picture has."""
    at = data.find(_ZEROS, top.scan)
    if at < 0 or data.find(_USUAL_TABLE, 0, top.scan) < 0 or not data[at:].strip(b"\0"):
        return None
    return f"zero bytes stand in its coded data from byte {at:,} on"


def _extremes(data: bytes, top: Header) -> dict[str, int]:
    """The darkest and the brightest pixel at full size: fine patterns are one grey at an eighth."""
    full, _ = thumbnail(data, top, side=max(top.width, top.height), strictly=False)
    return {} if full is None else {"low": int(full.min()), "high": int(full.max())}


def _damaged(data: bytes, top: Header, end: int, words: str) -> Verdict:
    """Cut off, or damaged within. An end marker put behind what is left does not make it whole: the lower part is one grey."""
    if any(part in words for part in ("Unsupported", "unsupported", "not supported")):
        return _unusual(data, top, end)
    if end < 0 and "zero bytes" not in words:
        return {"state": State.TRUNCATED}, words if "Premature" in words else f"has no end marker; {words}"
    if "premature end of data" in words.lower() and end == len(data):
        grey, _ = thumbnail(data, top, strictly=False)
        if grey is not None and _blank_below(grey):
            return {"state": State.TRUNCATED}, f"{words}; the lower part of the image is missing"
    return {"state": State.CORRUPT}, words


def _blank_below(grey: Any) -> bool:
    """Whether the last rows are all of one value, as decoders fill what is missing."""
    same = (grey == grey[-1, -1]).all(axis=1)
    rows = len(same) if same.all() else int(same[::-1].argmin())
    return bool(rows >= 2 and rows >= len(same) * 0.02)


def _unusual(data: bytes, top: Header, end: int) -> Verdict:
    """A kind of JPEG that the fast decoder does not take: Pillow is asked, and what it does not take either is no damage."""
    grey, problem = pillow.thumbnail(data)
    if problem is None:
        return {**looks(grey), "state": State.WHOLE}, ""
    if "truncated" in problem or end < 0:
        return {"state": State.TRUNCATED}, problem if end > 0 else "has no end marker"
    kind = "lossless" if top.frame in LOSSLESS else f"{top.bits} bits a sample" if top.bits != 8 else f"{top.channels} channels"
    return {"state": State.WHOLE}, f"{kind}: {problem}"
