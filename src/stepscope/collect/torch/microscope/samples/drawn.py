"""The loaders whose batches a step works on: it may draw from several, and a sample is named by the one that handed it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stepscope.collect.torch.blaming.batches import tensors_inside_out
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.microscope.repeating.operands import is_finite, storage
from stepscope.collect.torch.microscope.samples.rows import Place
from stepscope.collect.torch.tensors import tensors_in

NESTED = 400
"""Tensors of nested containers that are looked at."""


class Drawn(NamedTuple):
    """A loader: its place among the recent ones, its history, and the indices of the batch that is worked on."""

    place: int
    history: History
    indices: tuple[int, ...]

    def holds(self, tensor: Any) -> bool:
        """Whether a tensor is one of its batch, or a view of one."""
        return bool(self.history.holding([tensor])) or any(storage(tensor) == storage(other) for other in tensors_in(self.history.kept))

    def gave(self, at: Place) -> bool:
        """Whether the rows of a place are its samples: a table that is asked for noise levels holds none, nor does what the program has put together."""
        if self.holds(at.tensor):
            return True
        return at.order == self.indices if at.picked else len(at.order) == len(self.indices)


def drawn_in(stack: Sequence[Entry], broken: bool = False) -> list[Drawn]:
    """The loaders whose batches the frames hold, or the repeat asked for again, the latest first; with `broken` before them those whose batch is not finite."""
    values = [value for frame, _, _ in reversed(stack) for value in list(frame.f_locals.values())]
    nested = [tensor for value in values for tensor in tensors_in(value)]  # the batch of several loaders is a mapping of batches
    seen = [*tensors_inside_out(list(stack)), *nested[:NESTED]]
    found = list(_drawn(seen, list(map(id, values))))
    bad = [tensor for tensor in seen if not is_finite(tensor)] if broken else []
    return sorted(found, key=lambda each: not any(each.holds(tensor) for tensor in bad))


def _drawn(seen: list[Any], objects: list[int]) -> Iterator[Drawn]:
    for place, history in enumerate(LOADERS.recent()):
        is_held = history.used_again or (history.latest is not None and id(history.latest.data) in objects)
        indices = history.holding(seen) or (history.current() if is_held else ())
        if indices or history.used_again:
            yield Drawn(place, history, indices)


def parts_of(group: list[Place], drawn: Sequence[Drawn], joined: bool = False) -> Iterator[tuple[Drawn | None, list[Place]]]:
    """Places that belong together, by the loader that gave them.

    Where several did, or its rows were `joined` to others (a memory's), what is none's own tensor is left out: whose samples it holds is not known.
    """
    if len(drawn) < 2 and not joined:
        yield next(iter(drawn), None), group
        return
    for each in drawn:
        own = [at for at in group if each.holds(at.tensor) or (at.picked and at.order == each.indices)]
        if own:
            yield each, own
