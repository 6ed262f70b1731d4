"""A batch of a stream of which single records may be bad: one that raises, or does not fit its batch, is passed over."""

from __future__ import annotations

import sys
from types import GeneratorType
from typing import Any

from stepscope.collect.torch.skipping.account import Account
from stepscope.collect.torch.skipping.collating import unfit
from stepscope.collect.torch.skipping.reasons import Reason, file_of, note

IN_A_ROW = 50
"""Records of a stream that may fail one after the other."""


class Streams:
    """What `_IterableDatasetFetcher.fetch` does, where records may be passed over. Their positions are kept by the fetcher: each worker has its own."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def fetch(self, fetcher: Any, wanted: Any) -> Any:
        """A batch; a record that raises is passed over, where its iterator lives on."""
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
            place = fetcher._stepscope_position - 1, self._account.opened
            if reason is None or reason.may_follow(record):
                data.append(record)
                places.append(place)
            else:
                self._pass_over(fetcher, *place, reason)
        if not data or (fetcher.drop_last and len(data) < count):
            raise StopIteration

    def _pass_over(self, fetcher: Any, position: int, file: str | None, reason: Reason) -> None:
        worker = sys.modules["torch"].utils.data.get_worker_info()
        self._account.write_down(fetcher.dataset, None, reason, file, position=position, worker=worker and worker.id)

    def _next(self, fetcher: Any) -> Any:
        for _ in range(IN_A_ROW):
            self._account.opened = None
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
                self._pass_over(fetcher, position, file_of(problem) or self._account.opened, Reason(problem))
        raise RuntimeError(f"{IN_A_ROW} records in a row could not be read")
