"""Loading a batch of which single samples may be bad: the fetchers of PyTorch's loaders, with a way out."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from types import GeneratorType
from typing import Any

from stepscope.collect.owner import shown
from stepscope.collect.torch.loading.indices import Announced
from stepscope.collect.torch.skipping.collating import unfit
from stepscope.collect.torch.skipping.ledger import Ledger, key_of
from stepscope.collect.torch.skipping.names import Names, row_of
from stepscope.collect.torch.skipping.others import others
from stepscope.collect.torch.skipping.reasons import Reason, file_of, note
from stepscope.collect.torch.skipping.splits import Splits
from stepscope.collect.unseen import unseen
from stepscope.evidence.skipped import Skipped

IN_A_ROW = 50
"""Records of a stream that may fail one after the other."""
ROUNDS = 8
"""Times that a batch is put together again, with other samples in the place of those that did not fit."""
_WRITES = os.O_WRONLY | os.O_RDWR
_CODE = (".py", ".pyc", ".so", ".pyd")


class Skipping:
    """What may be skipped, and what was. `limit` is a number of samples ("100"), or a share of the data set ("1%")."""

    def __init__(self, limit: str, ledger: Ledger) -> None:
        self._limit = limit
        self.ledger = ledger
        self._seen: deque[Any] = deque(maxlen=256)
        self._opened: str | None = None
        self._splits = Splits()
        self.names = Names()
        sys.addaudithook(self._listen)

    def pass_begins(self, iterator: Any) -> None:
        """A loader begins a pass over its data set."""
        self.names.note(iterator._dataset)
        self._splits.note(iterator._dataset, iterator._index_sampler, iterator._auto_collation)

    def fetch_map(self, fetcher: Any, wanted: Any) -> Any:
        """What `_MapDatasetFetcher.fetch` does. A batch without a bad sample is loaded by the same calls in the same order."""
        dataset = fetcher.dataset
        if not fetcher.auto_collation:
            return fetcher.collate_fn(self._load(dataset, wanted, [wanted])[0])
        chosen = list(wanted)
        at_once = self._at_once(dataset, iter(chosen) if hasattr(wanted, "__next__") else wanted, chosen)
        if at_once is not None:
            return self._collated(fetcher, chosen, at_once)
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
        places: list[tuple[int, str | None]] = []
        self._take(fetcher, len(wanted), data, places)
        try:
            return fetcher.collate_fn(data)
        except Exception as raised:
            problem = raised
        found = unfit(fetcher, data, (), problem)
        if not found.rows:
            raise problem
        for row in sorted(found.rows, reverse=True):
            self._pass_over(fetcher, *places.pop(row), Reason(problem, "collate", found.rows[row]))
            del data[row]
        self._take(fetcher, len(wanted), data, places, Reason(problem, "collate", may_follow=found.may_follow))
        return fetcher.collate_fn(data)

    def _take(self, fetcher: Any, count: int, data: list[Any], places: list[tuple[int, str | None]], reason: Reason | None = None) -> None:
        """Fill a batch up with records, and with where they were read; with those that may follow for a `reason`. Raises StopIteration where none are left for it."""
        while len(data) < count and not fetcher.ended:
            try:
                record = self._next(fetcher)
            except StopIteration:
                fetcher.ended = True
                break
            place = fetcher._stepscope_position - 1, self._opened
            if reason is None or reason.may_follow(record):
                data.append(record)
                places.append(place)
            else:
                self._pass_over(fetcher, *place, reason)
        if not data or (fetcher.drop_last and len(data) < count):
            raise StopIteration

    def _pass_over(self, fetcher: Any, position: int, file: str | None, reason: Reason) -> None:
        self._write_down(replace(self.names.of(fetcher.dataset, None), position=position, file=file, stage=reason.stage, reason=reason.text), reason.problem)

    def _at_once(self, dataset: Any, wanted: Any, chosen: Sequence[Any]) -> Any:
        """The samples of a data set that answers lists; None where one of them is bad, so that they are loaded one by one."""
        if not getattr(dataset, "__getitems__", None) or any(self._is_known(dataset, index) for index in chosen):
            return None
        with suppress(Exception):
            return dataset.__getitems__(wanted)
        return None

    def _load(self, dataset: Any, index: Any, batch: Sequence[Any]) -> tuple[Any, Any]:
        """The sample with its index, or another with its own."""
        if self._is_known(dataset, index):
            return self._another(dataset, index, batch, None)
        self._opened = None
        try:
            sample = _asked(dataset, index)
        except Exception as problem:
            return self._another(dataset, index, batch, Reason(problem))
        self._seen.append(index)
        return sample, index

    def _another(self, dataset: Any, index: Any, batch: Sequence[Any], reason: Reason | None) -> tuple[Any, Any]:
        """Another sample with its index. Raises the problem itself where none can be loaded, or where too many are bad."""
        file = file_of(reason.problem) or self._opened if reason else None
        for other in others(dataset, index, batch, self._seen, self._splits.around(dataset, index)):
            if self._is_known(dataset, other):
                continue
            self._opened = None
            try:
                sample = _asked(dataset, other)
                if reason is not None and not reason.may_follow(sample):
                    continue
            except Exception:
                continue
            opened = self._opened
            bad = self.names.of(dataset, index)
            if reason is not None:
                self._write_down(replace(bad, file=file, stage=reason.stage, reason=reason.text, replaced_by=row_of(dataset, other)), reason.problem)
            else:
                self.ledger.meet(key_of(bad))
            self._opened = opened
            return sample, other
        raise reason.problem if reason else LookupError(f"no other sample can take the place of sample {index}")

    def _collated(self, fetcher: Any, chosen: list[Any], samples: Any, files: Sequence[str | None] = ()) -> Any:
        """The batch. Samples that keep it from being put together are replaced."""
        try:
            return fetcher.collate_fn(samples)
        except Exception as raised:
            if not isinstance(samples, list) or not fetcher.auto_collation:
                raise
            problem = raised
        first = problem
        for _ in range(ROUNDS):
            samples = self._loaded_again(fetcher.dataset, chosen)  # what failed may have changed them
            found = unfit(fetcher, samples, chosen, problem)
            if not found.rows:
                break
            for row, words in found.rows.items():
                self._opened = files[row] if files else None
                reason = Reason(problem, "collate", words, found.may_follow)
                samples[row], chosen[row] = self._another(fetcher.dataset, chosen[row], chosen, reason)
            try:
                return fetcher.collate_fn(samples)
            except Exception as again:
                problem = again
        raise first

    def _loaded_again(self, dataset: Any, chosen: list[Any]) -> list[Any]:
        samples = []
        for place, index in enumerate(chosen):
            sample, chosen[place] = self._load(dataset, index, chosen)
            samples.append(sample)
        return samples

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
                    note(problem, f"record {position} of this stream cannot be passed over: a generator is over once it has raised")
                    raise
                self._pass_over(fetcher, position, file_of(problem) or self._opened, Reason(problem))
        raise RuntimeError(f"{IN_A_ROW} records in a row could not be read")

    def _write_down(self, bad: Skipped, problem: Exception) -> None:
        self.ledger.refresh()
        if self.ledger.known(key_of(bad)):
            return
        alike = key_of(bad) if self._limit.endswith("%") else None
        if self.ledger.count(alike) >= self._most(bad.size):
            note(problem, f"samples replaced already: {self.ledger.count(alike)}, which is the limit of --skip-bad-samples")
            raise problem
        self.ledger.add(replace(bad, file=shown(bad.file) if bad.file else None))
        self.ledger.refresh()

    def _most(self, size: int | None) -> float:
        """How many may be bad."""
        if self._limit.endswith("%"):
            return float(self._limit[:-1]) / 100 * size if size is not None else float("inf")
        return float(self._limit)

    def _is_known(self, dataset: Any, index: Any) -> bool:
        return bool(self.ledger.anything) and self.ledger.known(key_of(self.names.of(dataset, index)))

    def _listen(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith(_CODE) and not arguments[2] & _WRITES:
            self._opened = arguments[0]


def watch_fetchers(module: Any, current: Callable[[], Skipping | None]) -> None:
    """From now on loaders load through what `current` gives, while it gives something."""
    module._MapDatasetFetcher.fetch = _through(module._MapDatasetFetcher.fetch, current, Skipping.fetch_map)
    module._BaseDatasetFetcher.__init__ = _noting(module._BaseDatasetFetcher.__init__, current)
    module._IterableDatasetFetcher.fetch = _through(module._IterableDatasetFetcher.fetch, current, Skipping.fetch_stream)


def _noting(original: Any, current: Callable[[], Skipping | None]) -> Any:
    """In a spawned worker no pass has begun: its data set is noted when it comes."""

    @wraps(original)
    def __init__(self: Any, dataset: Any, *args: Any, **kwargs: Any) -> None:
        original(self, dataset, *args, **kwargs)
        skipping = current()
        if skipping is not None:
            skipping.names.note(dataset)

    return __init__


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


def _asked(dataset: Any, index: Any) -> Any:
    """A sample, as loaders ask for it: a data set may answer lists only."""
    several = getattr(dataset, "__getitems__", None)
    samples = several([index]) if several else None
    return samples[0] if isinstance(samples, list) and len(samples) == 1 else dataset[index]


def _announce(index: Any) -> None:
    """Tell the heartbeat which sample is being asked for."""
    if Announced.asked is not None and type(index) is int:
        Announced.asked[0] = index
