"""Pictures told by their shapes."""

from __future__ import annotations

from stepscope.evidence import wording

PICTURE = (1, 3, 4)
"""How many channels a picture has."""
WORDS = wording(
    r"output with shape \[(?P<has>[134]), \d+, \d+\] doesn't match the broadcast shape \[(?P<needs>[134]), \d+, \d+\]"
    r"|[Mm]ake sure that the channel dimension of the pixel values match with the one set in the configuration(?:\.[ \n]*Expected (?P<a>\d+) but got (?P<b>\d+))?"
    r"|(?:mean|std) must have (?P<c>\d+) elements if it is an iterable, got (?P<d>\d+)|Unable to infer channel dimension format"
)
CONVOLVED = wording(r"expected input\[(?P<shape>\d+(?:, \d+){3})\] to have (?P<needs>\d+) channels, but got (?P<has>\d+) channels")
BANDS = 8
"""Channels that a picture may have; the feature maps of a network have more."""
TENSOR = wording(r"\w+\[(\d+(?:, \d+)+)\]")
SHAPES = wording(r"\[(\d+(?:, \d+)+)\]")


def sizes(text: str) -> tuple[int, ...]:
    """The numbers of "3, 16, 16"."""
    return tuple(int(size) for size in text.split(","))


def differ_in_channels(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two pictures, CHW or HWC (HW for a grey one), differ in the number of channels alone."""
    if one == other or not (len(one) in (2, 3) and len(other) in (2, 3)):
        return False
    if len(one) != len(other):
        flat, deep = sorted((one, other), key=len)
        return (deep[1:] == flat and deep[0] in PICTURE) or (deep[:-1] == flat and deep[-1] in PICTURE)
    first = one[1:] == other[1:] and {one[0], other[0]} <= set(PICTURE)
    return len(one) == 3 and (first or (one[:-1] == other[:-1] and {one[-1], other[-1]} <= set(PICTURE)))


def channels(shape: tuple[int, ...], other: tuple[int, ...]) -> int:
    """The channels of a picture that differs from another in nothing else."""
    if len(shape) == 2:
        return 1
    return shape[0] if shape[1:] == other[-2:] else shape[-1]


def counted(channels: int) -> str:
    """1 channel, 3 channels."""
    return f"{channels} channel{'s' if channels > 1 else ''}"


def is_mean(shape: tuple[int, ...]) -> bool:
    """Whether a tensor holds one value for each channel."""
    return max(shape) in PICTURE and sum(size > 1 for size in shape) <= 1
