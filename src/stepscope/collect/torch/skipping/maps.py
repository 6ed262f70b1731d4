"""A batch of samples of which single ones may be bad: another sample takes the place of one that raises, or keeps its batch from being put together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.loading.indices import Announced, own_rows
from stepscope.collect.torch.skipping.account import Account
from stepscope.collect.torch.skipping.collating import unfit
from stepscope.collect.torch.skipping.names import row_of
from stepscope.collect.torch.skipping.others import others
from stepscope.collect.torch.skipping.reasons import Reason, file_of, note
from stepscope.collect.torch.skipping.splits import Splits

ROUNDS = 8
"""Times that a batch is put together again, with other samples in the place of those that did not fit."""


class Maps:
    """What `_MapDatasetFetcher.fetch` does, where samples may be replaced."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._seen: deque[Any] = deque(maxlen=256)
        self._splits = Splits()

    def pass_begins(self, iterator: Any) -> None:
        """A loader begins a pass over its data set."""
        self._splits.note(iterator._dataset, iterator._index_sampler, iterator._auto_collation)

    def fetch(self, fetcher: Any, wanted: Any) -> Any:
        """A batch. One without a bad sample is loaded by the same calls in the same order."""
        dataset = fetcher.dataset
        if not fetcher.auto_collation:
            return fetcher.collate_fn(self._load(dataset, wanted, [wanted])[0])
        chosen = list(wanted)
        at_once = self._at_once(dataset, iter(chosen) if hasattr(wanted, "__next__") else wanted, chosen)
        if at_once is not None:
            return self._collated(fetcher, tuple(chosen), chosen, at_once)
        asked_for, samples, files = tuple(chosen), [], []
        for place, index in enumerate(chosen):
            _announce(dataset, index)
            sample, chosen[place] = self._load(dataset, index, chosen)
            samples.append(sample)
            files.append(self._account.opened)
        return self._collated(fetcher, asked_for, chosen, samples, files)

    def _at_once(self, dataset: Any, wanted: Any, chosen: Sequence[Any]) -> Any:
        """The samples of a data set that answers lists; None where one of them is bad, so that they are loaded one by one."""
        if not getattr(dataset, "__getitems__", None) or any(self._account.knows(dataset, index) for index in chosen):
            return None
        with suppress(Exception):
            return dataset.__getitems__(wanted)
        return None

    def _load(self, dataset: Any, index: Any, batch: Sequence[Any]) -> tuple[Any, Any]:
        """The sample with its index, or another with its own."""
        if self._account.knows(dataset, index):
            return self._another(dataset, index, batch, None)
        self._account.opened = None
        try:
            sample = _asked(dataset, index)
        except Exception as problem:
            return self._another(dataset, index, batch, Reason(problem))
        self._seen.append(index)
        return sample, index

    def _another(self, dataset: Any, index: Any, batch: Sequence[Any], reason: Reason | None) -> tuple[Any, Any]:
        """Another sample with its index. Raises the problem itself where none can be loaded, or where too many are bad."""
        file, tried = file_of(reason.problem) or self._account.opened if reason else None, 0
        for other in others(dataset, index, batch, self._seen, self._splits.around(dataset, index)):
            if self._account.knows(dataset, other):
                continue
            self._account.opened, tried = None, tried + 1
            try:
                sample = _asked(dataset, other)
                if reason is not None and not reason.may_follow(sample):
                    continue
            except Exception:
                continue
            opened = self._account.opened
            if reason is not None:
                self._account.write_down(dataset, index, reason, file, replaced_by=row_of(dataset, other))
            else:
                self._account.meet(dataset, index)
            self._account.opened = opened
            return sample, other
        problem = reason.problem if reason else LookupError(f"no other sample can take the place of sample {index}")
        note(problem, f"no other sample could take its place: {tried} were tried")
        raise problem

    def _collated(self, fetcher: Any, asked_for: Sequence[Any], chosen: list[Any], samples: Any, files: Sequence[str | None] = ()) -> Any:
        """The batch. Samples that keep it from being put together are replaced; one that stands in for another is no bad one for it."""
        try:
            return fetcher.collate_fn(samples)
        except Exception as raised:
            if not isinstance(samples, list) or not fetcher.auto_collation:
                raise
            problem = raised
        first = problem
        for _ in range(ROUNDS):
            samples = self._loaded_again(fetcher.dataset, chosen)  # what failed may have changed them
            stand_ins = [row for row, index in enumerate(chosen) if index is not asked_for[row]]
            found = unfit(fetcher, samples, chosen, problem, stand_ins)
            if not found.rows:
                break
            for row, words in found.rows.items():
                self._account.opened = files[row] if files else None
                reason = Reason(problem, "collate", words, found.may_follow)
                samples[row], chosen[row] = self._another(fetcher.dataset, asked_for[row], chosen, reason)
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


def _asked(dataset: Any, index: Any) -> Any:
    """A sample, as loaders ask for it: a data set may answer lists only."""
    several = getattr(dataset, "__getitems__", None)
    samples = several([index]) if several else None
    return samples[0] if isinstance(samples, list) and len(samples) == 1 else dataset[index]


def _announce(dataset: Any, index: Any) -> None:
    """Tell the heartbeat which sample is being asked for."""
    rows = own_rows(dataset, (index,))[1] if Announced.asked is not None and type(index) is int else ()
    if rows:
        Announced.asked[0] = rows[0]  # type: ignore[index]
