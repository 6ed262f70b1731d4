"""The states of the random generators, taken once per step for a microsecond each, put back where a step is repeated."""

from __future__ import annotations

import ctypes
import inspect
import random
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.resolve import stored_attributes

FRAMES = 40
_SIZE = 4 + 624 * 4
"""Bytes of a Mersenne Twister as CPython and numpy hold it: a position and 624 words."""

_HOLD_LOCALS = {"locals", "vars", "eval", "exec"}
"""Functions that give, or work on, the dictionary of a frame's names."""
_OF_FRAME_ALONE = 3
"""References to that dictionary where nobody else has it: the frame's, ours, and that of the call which counts them."""


class States:
    """The generators of Python, numpy and torch: `take` notes where they stand, `put_back` sets them to it.

    Python's and numpy's are copied as memory: asking them for their state costs 7 and 22 microseconds, the copy of it 0.3.
    """

    def __init__(self) -> None:
        self._python = _python_address()
        self._numpy: int | None = None
        self._words = b""
        self._whole: Any = None
        self._generators: dict[int, Any] = {}

    def take(self) -> tuple[Any, ...]:
        """Where the generators stand now."""
        if self._numpy is None and "numpy.random.mtrand" in sys.modules:
            self._numpy = _numpy_address()
        python = ctypes.string_at(self._python, _SIZE) if self._python else random.getstate()
        numpy = self._numpys() if self._numpy else None
        torch = sys.modules["torch"].default_generator.get_state()
        found = [(generator, _state_of(generator)) for generator in self._generators.values()] if self._generators else ()
        return torch, python, numpy, found

    def put_back(self, state: tuple[Any, ...]) -> None:
        """Set the generators to where they stood."""
        torch, python, numpy, found = state
        sys.modules["torch"].default_generator.set_state(torch)
        if isinstance(python, bytes):
            ctypes.memmove(self._python or 0, python, _SIZE)
        else:
            random.setstate(python)
        if numpy is not None:
            sys.modules["numpy"].random.set_state(numpy)
        for generator, kept in found:
            _set(generator, kept)

    def _numpys(self) -> Any:
        """The whole state, asked for only where the words have changed: it holds a second normal number that they do not."""
        words = ctypes.string_at(self._numpy or 0, _SIZE)
        if words != self._words or self._whole[3]:  # a second number in store may have been used up, which the words do not show
            self._words = words
            self._whole = sys.modules["numpy"].random.get_state()
        return self._whole

    def watch(self, values: Any) -> None:
        """From now on note where these generators stand too: the user's own, of numpy and of torch."""
        for value in values:
            if _is_generator(value) and len(self._generators) < 8:
                self._generators.setdefault(id(value), value)


def distinct(states: Sequence[Any]) -> list[Any]:
    """States that differ, in their order; of equal ones the last."""
    return [state for place, state in enumerate(states) if not any(_same(state, later) for later in states[place + 1 :])]


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    plain = bool(one[0].equal(other[0])) and one[1] == other[1] and _numpys_same(one[2], other[2]) and len(one[3]) == len(other[3])
    return plain and not any(_differs(first, second) for (_, first), (_, second) in zip(one[3], other[3], strict=True))


def _numpys_same(one: Any, other: Any) -> bool:
    return one is other or (one is not None and other is not None and bool((one[1] == other[1]).all()) and one[2:] == other[2:])


def generators_in(frame: FrameType | None) -> list[Any]:
    """The random generators that the user's frames from here outwards name, or that an object of theirs holds."""
    found: list[Any] = []
    for _ in range(FRAMES):
        if frame is None:
            break
        if is_users(frame.f_code.co_filename):
            named = _named_in(frame)
            values = [*named.values(), *(frame.f_globals.get(name) for name in frame.f_code.co_names)]
            values += list(stored_attributes(named.get("self")).values())
            found += [value for value in values if _is_generator(value)]
        frame = frame.f_back
    return found


def _named_in(frame: FrameType) -> dict[str, Any]:
    """What a running frame names.

    Before Python 3.13 asking fills a dictionary that the frame keeps to its end, and that is what `locals()` has given: it would hold the tensors of this
    step from here on, so it is emptied again; where the user's own code may have it in hand it is not asked for.
    """
    code = frame.f_code
    if sys.version_info >= (3, 13) or not code.co_flags & inspect.CO_OPTIMIZED:
        return dict(frame.f_locals)
    if _HOLD_LOCALS.intersection(code.co_names):
        return {}
    kept = frame.f_locals
    named = dict(kept)
    if sys.getrefcount(kept) <= _OF_FRAME_ALONE and sys.gettrace() is None:  # a debugger has it in hand too
        kept.clear()
    return named


def _is_generator(value: Any) -> bool:
    kind = type(value)
    return kind.__name__ in ("Generator", "RandomState", "Random") and kind.__module__.partition(".")[0] in ("numpy", "torch", "random")


def _state_of(generator: Any) -> Any:
    if type(generator).__name__ == "Random":
        return generator.getstate()
    if type(generator).__module__.startswith("torch"):
        return generator.get_state()
    bits = getattr(generator, "bit_generator", None)
    return bits.state if bits is not None else generator.get_state()


def _set(generator: Any, state: Any) -> None:
    if type(generator).__name__ == "Random":
        generator.setstate(state)
    elif hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def _differs(one: Any, other: Any) -> bool:
    return not one.equal(other) if hasattr(one, "equal") else repr(one) != repr(other)


def _python_address() -> int:
    """Where CPython holds the shared generator: a position, then 624 words. 0 where it does not look like that."""
    state = random.getstate()[1]
    address = id(random._inst) + object.__basicsize__
    try:
        position, *words = (ctypes.c_uint32 * 625).from_address(address)
    except (TypeError, ValueError):
        return 0
    return address if sys.implementation.name == "cpython" and (*words, position) == state else 0


def _numpy_address() -> int:
    """Where numpy holds the state of its global Mersenne Twister: 624 words and a position; 0 where it is another generator."""
    try:
        bits = sys.modules["numpy.random.mtrand"]._rand._bit_generator
        return int(bits.ctypes.state_address) if type(bits).__name__ == "MT19937" else 0
    except Exception:
        return 0
