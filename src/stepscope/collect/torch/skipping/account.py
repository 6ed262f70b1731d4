"""What was skipped, within what may be, and what is known of the samples that are asked for."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

from stepscope.collect.owner import shown
from stepscope.collect.torch.skipping.ledger import Ledger, key_of
from stepscope.collect.torch.skipping.names import Names
from stepscope.collect.torch.skipping.reasons import Reason, note

_WRITES = os.O_WRONLY | os.O_RDWR
_CODE = (".py", ".pyc", ".so", ".pyd")


class Account:
    """The bad samples of a run. `limit` is how many there may be: a number of samples ("100"), or a share of the data set ("1%")."""

    def __init__(self, limit: str, ledger: Ledger) -> None:
        self._limit = limit
        self._ledger = ledger
        self._names = Names()
        self.opened: str | None = None
        """The file that was opened last to be read."""
        sys.addaudithook(self._listen)

    def note(self, dataset: Any) -> None:
        """Samples of this data set are about to be asked for."""
        self._names.note(dataset)

    def knows(self, dataset: Any, index: Any) -> bool:
        """Whether this sample is known to be bad."""
        return self._ledger.anything and self._ledger.known(key_of(self._names.of(dataset, index)))

    def meet(self, dataset: Any, index: Any) -> None:
        """A sample that is known to be bad is left out of this run, too."""
        self._ledger.meet(key_of(self._names.of(dataset, index)))

    def write_down(self, dataset: Any, index: Any, reason: Reason, file: str | None, **told: Any) -> None:
        """A sample was found to be bad; of a stream, None is its index. Raises the problem itself where too many are."""
        bad = replace(self._names.of(dataset, index), file=shown(file) if file else None, stage=reason.stage, reason=reason.text, **told)
        key, ledger = key_of(bad), self._ledger
        ledger.refresh()
        if ledger.known(key):
            ledger.meet(key)
            return
        count = ledger.count(key if self._limit.endswith("%") else None)
        if count >= self._most(bad.size):
            note(reason.problem, f"samples replaced already: {count}, which is the limit of --skip-bad-samples")
            raise reason.problem
        ledger.add(bad)
        ledger.refresh()

    def _most(self, size: int | None) -> float:
        if self._limit.endswith("%"):
            return float(self._limit[:-1]) / 100 * size if size is not None else float("inf")
        return float(self._limit)

    def _listen(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith(_CODE) and not arguments[2] & _WRITES:
            self.opened = arguments[0]
