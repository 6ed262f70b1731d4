"""An update that is dropped: the optimizer's step finds nothing to move, and everything is in its place again afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Unmoved(list):  # type: ignore[type-arg]
    """The parameters of a group while its update is dropped: nobody can go through them, as an optimizer of the user's own may ask each for its gradient.

    Their number and single ones are still told, for the device that they are on.
    """

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Dropped:
    """What was taken from optimizers for the time of their steps."""

    def __init__(self) -> None:
        self._gradients: list[tuple[Any, Any]] = []
        self._groups: list[tuple[dict[str, Any], Any]] = []

    def drop(self, optimizer: Any) -> None:
        """Let the optimizer's step find no parameters in its groups, and no gradient where it keeps lists of its own."""
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                self._gradients.append((parameter, parameter.grad))
                parameter.grad = None
            self._groups.append((group, group["params"]))
            group["params"] = Unmoved(group["params"])

    def give_back(self) -> None:
        """The step is over, or has raised."""
        for group, parameters in self._groups:
            group["params"] = parameters
        for parameter, gradient in self._gradients:
            parameter.grad = gradient
        self._groups, self._gradients = [], []
