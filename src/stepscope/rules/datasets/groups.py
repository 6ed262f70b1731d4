"""Groups of images that are the same or alike, by what that means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stepscope.evidence import Images
from stepscope.finding import Place, Sample

Group = Sequence[int]


def with_content(images: Images, groups: Iterable[Group]) -> list[Group]:
    """Those that are not of one colour: that is a mistake of its own."""
    facts = images.facts
    return [group for group in groups if not facts["look"][group[0]] or facts["low"][group[0]] != facts["high"][group[0]]]


def leaks(images: Images, group: Group) -> bool:
    """Whether it stands in several splits."""
    return len({int(images.split[row]) for row in group if images.split[row] >= 0}) > 1


def conflicts(images: Images, group: Group) -> bool:
    """Whether its images have different classes."""
    return len({int(images.label[row]) for row in group if images.label[row] >= 0}) > 1


def within(images: Images, groups: Iterable[Group]) -> list[Group]:
    """Groups within one split and one class, or without any. What lies beside the splits is where they were taken from, and no copy of theirs."""
    used = (_in_splits(images, group) for group in groups if not leaks(images, group) and not conflicts(images, group))
    return [group for group in used if len(group) > 1]


def _in_splits(images: Images, group: Group) -> Group:
    """Its images in splits; all where none is."""
    return [row for row in group if images.split[row] >= 0] or group


def places(images: Images, groups: Iterable[Group]) -> list[Place]:
    """Every image of every group but its first, with what it resembles."""
    found = []
    for first, *others in groups:
        about = f"resembles {images.paths[first]}{_of(images, first)}"
        found += [Place(images.paths[row], about=about + _label(images, row), samples=(Sample(file=images.paths[row]),)) for row in others]
    return found


def _of(images: Images, row: int) -> str:
    return f" ({images.classes[images.label[row]]})" if 0 <= images.label[row] < len(images.classes) else ""


def _label(images: Images, row: int) -> str:
    return f"; here {images.classes[images.label[row]]}" if 0 <= images.label[row] < len(images.classes) else ""
