"""A data set as positions from which samples are drawn: by index, in batches, or as a stream."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from stepscope.collect.objects.loaded import loads
from stepscope.collect.objects.named import NotMade, near
from stepscope.collect.objects.several import Rows


class Drawn:
    """A data set of any framework.

    `loader` is the loader of PyTorch that it was given as. `length` is the number of positions, None where only its end tells. `batched` is true where a position holds a batch. `stream` is true where positions can be drawn
    in their order alone.
    """

    def __init__(self, dataset: Any) -> None:
        self.loader = dataset if loads(dataset) else None
        dataset = getattr(dataset, "dataset", dataset) if type(dataset).__name__.endswith("DataLoader") else dataset
        names = {base.__name__ for base in type(dataset).__mro__}
        self.dataset = dataset
        self.batched = (bool(names & {"PyDataset", "Sequence"}) and "keras" in _modules(dataset)) or _is_batched(dataset)
        self.length = _length(dataset)
        self.stream = self.length is None or not hasattr(dataset, "__getitem__") or bool(names & {"IterableDataset"})
        if self.stream and not hasattr(dataset, "__iter__"):
            raise NotMade(_unmeasured(dataset)) if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__") else NotMade(f"{type(dataset).__name__} has neither __getitem__ with __len__, nor __iter__: it is no data set")
        self._stream: Iterator[Any] | None = None
        self._next = 0

    def at(self, position: int) -> Any:
        """What the data set gives at this position. Raises what the data set raises, and EndOfStream at the end of a stream."""
        if not self.stream:
            return self.dataset[position]
        if self._stream is None:
            self._stream = iter(self.dataset)
        while self._next < position:
            self._next += 1
            _passed(self._stream)
        self._next += 1
        try:
            return next(self._stream)
        except StopIteration:
            raise EndOfStream from None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes, where it tells them: torchvision's `classes`, the features of Hugging Face's data sets."""
        found = getattr(self.dataset, "classes", None) or getattr(self.dataset, "class_names", None)
        features = getattr(self.dataset, "features", None)
        if not found and isinstance(features, dict):
            found = next((feature.names for feature in features.values() if hasattr(feature, "names")), None)
        return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()

    @property
    def line(self) -> tuple[str | None, int | None]:
        """The file and line of the user's method that makes a sample."""
        for name in () if isinstance(self.dataset, Rows) else ("__getitem__", "__iter__"):
            method = getattr(type(self.dataset), name, None)
            try:
                file, line = inspect.getsourcefile(method), inspect.getsourcelines(method)[1]  # type: ignore[arg-type]
            except (TypeError, OSError):
                continue
            if file and "-packages" not in file:
                return file, line
        return None, None


class EndOfStream(Exception):
    """There are no more samples."""


def _passed(stream: Iterator[Any]) -> None:
    try:
        next(stream)
    except StopIteration:
        raise EndOfStream from None
    except Exception:
        pass


def _modules(dataset: Any) -> str:
    return " ".join(base.__module__ for base in type(dataset).__mro__)


def _is_batched(dataset: Any) -> bool:
    """Whether a tf.data set gives batches: the first axis of every element is open, or the images have four."""
    spec = getattr(dataset, "element_spec", None)
    parts = list(_leaves(spec))
    ranks = [len(part.shape) for part in parts if getattr(part.shape, "rank", None) is not None]
    return bool(ranks) and (max(ranks) == 4 or (min(ranks) > 0 and all(part.shape[0] is None for part in parts)))


def _leaves(spec: Any) -> Iterator[Any]:
    waiting = [spec]
    while waiting:
        each = waiting.pop()
        if isinstance(each, (tuple, list)):
            waiting += each
        elif isinstance(each, dict):
            waiting += each.values()
        elif hasattr(each, "shape"):
            yield each


def _length(dataset: Any) -> int | None:
    try:
        return len(dataset)
    except Exception:  # no length, an unknown one, or one that the user's code fails to tell
        return None


def _unmeasured(dataset: Any) -> str:
    """Words on a length that could not be told, with the line of the method."""
    try:
        len(dataset)
    except Exception as problem:
        code = getattr(type(dataset).__len__, "__code__", None)
        where = f" ({near(code.co_filename)}:{code.co_firstlineno})" if code else ""
        return f"its __len__ failed: {type(problem).__name__}: {problem}{where}"
    return "its length is not known"
