"""Loading a batch of which single samples may be bad: the fetchers of PyTorch's loaders, with a way out."""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import GeneratorType
from typing import Any

from stepscope.collect.failure import message_of
from stepscope.collect.owner import shown
from stepscope.collect.torch.blaming.kinds import kinds_of, odd_ones, signature
from stepscope.collect.torch.loading.indices import Announced, numbers, own_rows
from stepscope.collect.torch.skipping.ledger import Ledger, key_of
from stepscope.collect.torch.skipping.marks import mark_of
from stepscope.collect.torch.skipping.others import name_of, others
from stepscope.collect.torch.skipping.splits import Splits
from stepscope.collect.unseen import unseen
from stepscope.evidence.skipped import Skipped

IN_A_ROW = 50
"""Records of a stream that may fail one after the other."""
_CODE = (".py", ".pyc", ".so", ".pyd")


class Skipping:
    """What may be skipped, and what was. `limit` is a number of samples ("100"), or a share of the data set ("1%")."""

    def __init__(self, limit: str, ledger: Ledger) -> None:
        self._limit = limit
        self.ledger = ledger
        self._seen: deque[Any] = deque(maxlen=256)
        self._opened: str | None = None
        self._splits = Splits()
        self._marks: dict[int, tuple[Any, str]] = {}
        sys.addaudithook(self._listen)

    def pass_begins(self, iterator: Any) -> None:
        """A loader begins a pass over its data set."""
        self._splits.note(iterator._dataset, iterator._index_sampler)

    def fetch_map(self, fetcher: Any, wanted: Any) -> Any:
        """What `_MapDatasetFetcher.fetch` does. A batch without a bad sample is loaded by the same calls in the same order."""
        dataset = fetcher.dataset
        if not fetcher.auto_collation:
            return fetcher.collate_fn(self._load(dataset, wanted, [wanted])[0])
        chosen = list(wanted)
        if getattr(dataset, "__getitems__", None) and not any(self._is_known(dataset, index) for index in chosen):
            try:
                return self._collated(fetcher, chosen, dataset.__getitems__(wanted))
            except Exception:
                self._opened = None  # one of them is bad: they are loaded one by one
        samples, files = [], []
        for place, index in enumerate(chosen):
            _announce(index)
            sample, chosen[place] = self._load(dataset, index, chosen)
            samples.append(sample)
            files.append(self._opened)
        return self._collated(fetcher, chosen, samples, files)

    def fetch_stream(self, fetcher: Any, wanted: Any) -> Any:
        """What `_IterableDatasetFetcher.fetch` does; a record that raises is passed over, where its iterator lives on."""
        if fetcher.ended:
            raise StopIteration
        if not fetcher.auto_collation:
            return fetcher.collate_fn(self._next(fetcher))
        data: list[Any] = []
        for _ in wanted:
            try:
                data.append(self._next(fetcher))
            except StopIteration:
                fetcher.ended = True
                break
        if not data or (fetcher.drop_last and len(data) < len(wanted)):
            raise StopIteration
        return fetcher.collate_fn(data)

    def _load(self, dataset: Any, index: Any, batch: Sequence[Any]) -> tuple[Any, Any]:
        """The sample with its index, or another with its own."""
        if self._is_known(dataset, index):
            return self._another(dataset, index, batch, None)
        self._opened = None
        try:
            sample = dataset[index]
        except Exception as problem:
            return self._another(dataset, index, batch, problem)
        self._seen.append(index)
        return sample, index

    def _another(self, dataset: Any, index: Any, batch: Sequence[Any], problem: Exception | None, stage: str = "data") -> tuple[Any, Any]:
        """Another sample. Raises the problem itself where none can be loaded, or where too many are bad."""
        file = _file_of(problem) or self._opened
        for other in others(dataset, index, batch, self._seen, self._splits.around(dataset, index)):
            if self._is_known(dataset, other):
                continue
            try:
                sample = dataset[other]
            except Exception:
                continue
            if problem is not None:
                bad = replace(self._named(dataset, index), file=file, stage=stage, replaced_by=_plain(dataset, other))
                self._write_down(bad, problem)
            return sample, other
        raise problem or LookupError(f"no other sample can take the place of sample {index}")

    def _collated(self, fetcher: Any, chosen: list[Any], samples: Any, files: Sequence[str | None] = ()) -> Any:
        """The batch. Samples that do not fit together with most of the others are replaced."""
        try:
            return fetcher.collate_fn(samples)
        except Exception as problem:
            odd = odd_ones(kinds_of(samples), fetcher.dataset, numbers(chosen)) if isinstance(samples, list) else {}
            if not odd:
                raise
            for row in odd:
                self._opened = files[row] if files else None
                reason = type(problem)(f"{odd[row]} among {_usual(samples, odd)}: {message_of(problem)[:200]}")
                samples[row], chosen[row] = self._another(fetcher.dataset, chosen[row], chosen, reason, "collate")
            return fetcher.collate_fn(samples)

    def _next(self, fetcher: Any) -> Any:
        for _ in range(IN_A_ROW):
            self._opened = None
            position = fetcher.__dict__.setdefault("_stepscope_position", 0)
            fetcher._stepscope_position = position + 1
            try:
                return next(fetcher.dataset_iter)
            except StopIteration:
                raise
            except Exception as problem:
                if isinstance(fetcher.dataset_iter, GeneratorType):
                    _note(problem, f"record {position} of this stream cannot be passed over: a generator is over once it has raised")
                    raise
                bad = replace(self._named(fetcher.dataset, None), position=position, file=_file_of(problem) or self._opened)
                self._write_down(bad, problem)
        raise RuntimeError(f"{IN_A_ROW} records in a row could not be read")

    def _write_down(self, bad: Skipped, problem: Exception) -> None:
        self.ledger.refresh()
        if self.ledger.known(key_of(bad)):
            return
        if self.ledger.count() >= self._most(bad.size):
            self._refuse(problem)
        reason = f"{type(problem).__name__}: {message_of(problem)[:300]}"
        self.ledger.add(replace(bad, file=shown(bad.file) if bad.file else None, reason=reason))
        self.ledger.refresh()

    def _refuse(self, problem: Exception) -> None:
        _note(problem, f"samples replaced already: {self.ledger.count()}, which is the limit of --skip-bad-samples")
        raise problem

    def _most(self, size: int | None) -> float:
        """How many may be bad."""
        if self._limit.endswith("%"):
            return float(self._limit[:-1]) / 100 * size if size is not None else float("inf")
        return float(self._limit)

    def _is_known(self, dataset: Any, index: Any) -> bool:
        return bool(self.ledger.anything) and self.ledger.known(key_of(self._named(dataset, index)))

    def _named(self, dataset: Any, index: Any) -> Skipped:
        base, _ = own_rows(dataset, ())
        try:
            size = len(base)
        except Exception:
            size = None
        return Skipped(index=_plain(dataset, index), dataset=type(base).__name__, size=size, mark=self._mark(base))

    def _mark(self, base: Any) -> str:
        """The mark of a data set, as it was when it was first asked for."""
        known = self._marks.get(id(base))
        if known is None or known[0]() is not base:
            try:
                known = self._marks[id(base)] = (weakref.ref(base), mark_of(base))
            except TypeError:  # a list, a dict
                return ""
        return known[1]

    def _listen(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith(_CODE):
            self._opened = arguments[0]


def watch_fetchers(module: Any, current: Callable[[], Skipping | None]) -> None:
    """From now on loaders load through what `current` gives, while it gives something."""
    module._MapDatasetFetcher.fetch = _through(module._MapDatasetFetcher.fetch, current, Skipping.fetch_map)
    module._IterableDatasetFetcher.fetch = _through(module._IterableDatasetFetcher.fetch, current, Skipping.fetch_stream)


def _through(original: Any, current: Callable[[], Skipping | None], ours: Callable[[Skipping, Any, Any], Any]) -> Any:
    @wraps(original)
    def fetching(self: Any, possibly_batched_index: Any) -> Any:
        skipping = current()
        try:
            return original(self, possibly_batched_index) if skipping is None else ours(skipping, self, possibly_batched_index)
        except BaseException as exception:
            unseen(exception)
            raise

    return fetching


def ledger_at(folder: Path, skip_list: str) -> Ledger:
    """The ledger of a run: the user's own list where one is named, else a file in the run folder."""
    from stepscope.collect.torch.skipping.ledger import FILE

    ledger = Ledger(Path(skip_list) if skip_list else folder / FILE)
    ledger.refresh()
    return ledger


def _note(problem: Exception, words: str) -> None:
    """Say under the exception why it was let through (Python 3.11 and newer)."""
    if hasattr(problem, "add_note"):
        problem.add_note(f"stepscope: {words}")


def _announce(index: Any) -> None:
    """Tell the heartbeat which sample is being asked for."""
    if Announced.asked is not None and type(index) is int:
        Announced.asked[0] = index


def _plain(dataset: Any, index: Any) -> int | str | None:
    """An index as it is told: the row of the data set itself where it is a number."""
    number = name_of(index) if index is not None else None
    _, rows = own_rows(dataset, (number,)) if isinstance(number, int) else (None, ())
    return rows[0] if rows else number


def _usual(samples: Sequence[Any], odd: Any) -> str:
    return signature(next(sample for row, sample in enumerate(samples) if row not in odd))


def _file_of(problem: Exception | None) -> str | None:
    name = getattr(problem, "filename", None)
    return str(name) if isinstance(name, str) else None
