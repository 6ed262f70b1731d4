"""How masks are kept: numbers or colours, and whether their values are what was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from stepscope.evidence import Flaw, Images

FEW = 0.1
"""The share of the masks of a folder up to which those of another form are mistakes; above, several kinds lie there."""
COLOURS = (b"RGB", b"RGBA", b"RGBX", b"CMYK", b"YCbCr")
LOSSY = (b"JPEG", b"MPO")


def of_other_form(rows: Iterable[int], masks: Images) -> Iterator[Flaw]:
    """The few masks of a folder in colours among those in numbers, or the other way round, and the few as JPEG among others."""
    folders: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if masks.facts["mode"][row]:
            folders[masks.paths[row].rpartition("/")[0]].append(row)
    for its in folders.values():
        odd = _few([bool(masks.facts["mode"][row] in COLOURS) for row in its])
        for row, in_colours in ((its[place], masks.facts["mode"][its[place]] in COLOURS) for place in odd):
            says = "holds colours, where the others hold numbers of classes" if in_colours else "holds numbers, where the others hold colours"
            yield Flaw("mask-channels", masks.paths[row], says=says, image=masks.paths[row])
        lossy = [bool(masks.facts["format"][row] in LOSSY) for row in its]
        for place in _few(lossy):
            if lossy[place]:
                row = its[place]
                yield Flaw("mask-lossy", masks.paths[row], says="is a JPEG, whose values are not those that were written; the others are none", image=masks.paths[row])


def _few(told: list[bool]) -> list[int]:
    """The places of the rarer of two kinds, where it is rare."""
    for kind in (True, False):
        if 0 < told.count(kind) <= FEW * len(told):
            return [place for place, each in enumerate(told) if each is kind]
    return []
