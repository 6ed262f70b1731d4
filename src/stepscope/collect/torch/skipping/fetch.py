"""Loading batches of which single samples may be bad: the fetchers of PyTorch's loaders, with a way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from stepscope.collect.torch.skipping.account import Account
from stepscope.collect.torch.skipping.ledger import Ledger
from stepscope.collect.torch.skipping.maps import Maps
from stepscope.collect.torch.skipping.streams import Streams
from stepscope.collect.unseen import unseen


class Skipping:
    """What may be skipped, and what was. `limit` is a number of samples ("100"), or a share of the data set ("1%")."""

    def __init__(self, limit: str, ledger: Ledger) -> None:
        self._account = Account(limit, ledger)
        self._maps = Maps(self._account)
        self._streams = Streams(self._account)

    def pass_begins(self, iterator: Any) -> None:
        """A loader begins a pass over its data set."""
        self.note(iterator._dataset)
        self._maps.pass_begins(iterator)

    def note(self, dataset: Any) -> None:
        """Samples of this data set are about to be asked for."""
        self._account.note(dataset)

    def fetch_map(self, fetcher: Any, wanted: Any) -> Any:
        """The samples of these indices as a batch."""
        return self._maps.fetch(fetcher, wanted)

    def fetch_stream(self, fetcher: Any, wanted: Any) -> Any:
        """The next records as a batch, as many as there are indices."""
        return self._streams.fetch(fetcher, wanted)


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
            skipping.note(dataset)

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
