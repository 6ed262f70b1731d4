"""What an encoded image is: its format, size and mode from its header, whether all of it is there, and what it looks like."""

from __future__ import annotations

from typing import Any

from stepscope.collect.files.pictures import jpeg, others, png
from stepscope.collect.files.pictures.source import Source, in_memory
from stepscope.evidence import State

Verdict = tuple[dict[str, Any], str]


def inspect(data: bytes | Source, quick: bool = False) -> Verdict:
    """The fields of evidence.images.FACTS that are known, and the decoder's words where there are any.

    With `quick`, what the first and last bytes tell: more is read only where they are not as they should be.
    """
    source = data if isinstance(data, Source) else in_memory(data)
    if not source.size:
        return {"size": 0, "state": State.EMPTY}, "holds no byte"
    reader = jpeg if source.head.startswith(jpeg.BEGINS) else png if source.head.startswith(png.BEGINS) else others
    facts, words = reader.inspect(source, quick)
    return {**facts, "size": source.size, "content": _content(source)}, words


def _content(source: Source) -> tuple[int, int]:
    """A 128-bit hash, of the first and last bytes where no more was read."""
    from xxhash import xxh3_128

    digest = xxh3_128(source.head)
    if len(source.head) != source.size:
        digest.update(source.tail + source.size.to_bytes(8, "little"))
    value = digest.intdigest()
    return value & (1 << 64) - 1, value >> 64
