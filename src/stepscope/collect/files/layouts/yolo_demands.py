"""What Ultralytics asks of a `data.yaml` before the first step (`check_det_dataset`, `RandomFlip`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from stepscope.evidence import Flaw

_VALIDATION = ("val", "validation", "valid")


def demands(path: str, written: dict[Any, Any], line_of: Callable[[str], int | None]) -> Iterator[Flaw]:
    """What is lacking, or of another kind than it must be; `line_of` gives the line of a key."""
    if isinstance(written.get("train"), (str, list)) and not any(name in written for name in _VALIDATION):
        yield Flaw("field", path, line_of("train"), says="has train and no val, which Ultralytics asks for")
    count = written.get("nc")
    if isinstance(count, str) and count.strip().isdecimal():
        yield Flaw("class-count", path, line_of("nc"), says=f"nc is the text {count[:20]!r}, where a number is expected")
    yield from _flips(path, written, line_of("flip_idx"))


def _flips(path: str, written: dict[Any, Any], line: int | None) -> Iterator[Flaw]:
    """`flip_idx` tells for each key point the one that it becomes in the mirror."""
    shape, flips = written.get("kpt_shape"), written.get("flip_idx")
    if not (isinstance(shape, list) and shape and isinstance(shape[0], int) and isinstance(flips, list)):
        return
    if len(flips) != shape[0]:
        yield Flaw("segment", path, line, says=f"flip_idx has {len(flips)} numbers, and kpt_shape tells of {shape[0]} points")
    elif not all(isinstance(each, int) and 0 <= each < shape[0] for each in flips):
        yield Flaw("segment", path, line, says=f"flip_idx names a point that is none of 0 to {shape[0] - 1}")
