"""Pairs of images whose difference hashes are close, in eight positions: as they are, mirrored, and turned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FAR, FAR_TOGETHER = 16, 28
"""Bits of 64 in which one hash of two such images may differ, and bits of both together."""
NEXT = 12
"""Neighbours in the order of the hashes that each image is compared with: the work stays in proportion, however many are alike."""
MOST_EACH = 20
"""Pairs for each image, of one position."""
AT_ONCE = 1 << 16
FEW = 2048
"""So many images are all compared with each other."""


def candidates(look: Any, rise: Any) -> tuple[Any, Any, Any, Any]:
    """Columns: two rows, the position (0 to 7) that turns the second into the first, and the bits in which they differ; each pair once, the closest first."""
    import numpy as np

    firsts, found = _equal(look, rise)
    for position in range(8 if len(firsts) > 1 else 0):
        for one, other, places, apart in _bounded(_joined(look[firsts], rise[firsts], position), MOST_EACH * len(firsts)):
            found.append((firsts[one], firsts[other], places, apart))
    if not found:
        empty = np.empty(0, np.int64)
        return empty, empty, empty, empty
    one, other, positions, apart = (np.concatenate(column) for column in zip(*found, strict=True))
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((positions, apart, high, low))
    low, high, positions, apart, one = low[order], high[order], positions[order], apart[order], one[order]
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, positions, apart, one = low[first], high[first], positions[first], apart[first], one[first]
    order = np.lexsort((high, low, apart))
    other = np.where(one == low, high, low)
    return one[order], other[order], positions[order], apart[order]


def _equal(look: Any, rise: Any) -> tuple[Any, list[tuple[Any, Any, Any, Any]]]:
    """The first row of each pair of hashes, and the pairs of rows that have both hashes in common: each with the first and with the one before."""
    import numpy as np

    order = np.lexsort((np.arange(len(look)), rise, look))
    starts = np.ones(len(order), bool)
    starts[1:] = (look[order][1:] != look[order][:-1]) | (rise[order][1:] != rise[order][:-1])
    firsts = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    later = (~starts).nonzero()[0]
    nothing = np.zeros(len(later), np.int64)
    return np.sort(order[starts]), [(earlier, order[later], nothing, nothing) for earlier in (firsts[later], order[later - 1])] if len(later) else []


def _bounded(parts: Iterator[tuple[Any, Any, Any, Any]], most: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    """The parts until they hold so many pairs: nearer neighbours come first."""
    held = 0
    for part in parts:
        yield part
        held += len(part[0])
        if held > most:
            return


def _joined(look: Any, rise: Any, position: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Neighbours in eight orders of the hashes (four where images are turned), each beginning with other bits: what differs in few bits is near in one of them."""
    import numpy as np

    count = len(look)
    looks, rises = turned(look, rise, position)
    rows = np.arange(count)
    if position:
        rows, looks, rises = np.concatenate([rows, rows + count]), np.concatenate([look, looks]), np.concatenate([rise, rises])
    if count <= FEW:
        yield from _near(rows, looks, rises, count, position)
        return
    for bits in (0, 32) if position else (0, 16, 32, 48):
        for key in (looks, rises):
            order = np.argsort(_rotated(key, bits), kind="stable")
            yield from _near(rows[order], looks[order], rises[order], count, position)


def _near(rows: Any, looks: Any, rises: Any, count: int, position: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    import numpy as np

    for step in range(1, len(rows) if count <= FEW else NEXT + 1):
        apart = ones(looks[step:] ^ looks[:-step])
        near = (apart <= FAR).nonzero()[0]
        apart = apart[near].astype(np.int64)
        more = ones(rises[near + step] ^ rises[near])
        kept = (more <= FAR) & (apart + more <= FAR_TOGETHER)
        one, other, apart = rows[near[kept]], rows[near[kept] + step], apart[kept] + more[kept]
        if position:
            one, other = np.where(one < count, one, other), np.where(one < count, other, one)
            sides = (one < count) & (other >= count) & (one != other - count)
            one, other, apart = one[sides], other[sides] - count, apart[sides]
        if len(one):
            yield one, other, np.full(len(one), position), apart


def turned(look: Any, rise: Any, position: int) -> tuple[Any, Any]:
    """The hashes that the images have in another position: bit 1 mirrors, bit 2 turns upside down, bit 4 (first) swaps rows and columns."""
    import numpy as np

    if not position:
        return look, rise
    parts = []
    for start in range(0, len(look), AT_ONCE):
        across, down = _unpacked(look[start : start + AT_ONCE]), _unpacked(rise[start : start + AT_ONCE])
        if position & 4:
            across, down = down.transpose(0, 2, 1), across.transpose(0, 2, 1)
        if position & 1:
            across, down = ~across[:, :, ::-1], down[:, :, ::-1]
        if position & 2:
            across, down = across[:, ::-1], ~down[:, ::-1]
        parts.append((_packed(across), _packed(down)))
    looks, rises = zip(*parts, strict=True)
    return np.concatenate(looks), np.concatenate(rises)


def ones(values: Any) -> Any:
    """The number of bits that are set."""
    import numpy as np

    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(values)
    counts = np.array([value.bit_count() for value in range(1 << 16)], np.uint8)
    return counts[np.ascontiguousarray(values).view(np.uint16).reshape(-1, 4)].sum(axis=1)


def _unpacked(values: Any) -> Any:
    import numpy as np

    return np.unpackbits(values.astype(">u8").view(np.uint8)).reshape(-1, 8, 8).astype(bool)


def _packed(bits: Any) -> Any:
    import numpy as np

    return np.packbits(np.ascontiguousarray(bits).reshape(-1, 64)).view(">u8").astype(np.uint64).ravel()


def _rotated(values: Any, bits: int) -> Any:
    import numpy as np

    return (values << np.uint64(bits)) | (values >> np.uint64(64 - bits)) if bits else values
