"""What comes behind the hooks that an optimizer has of its own before its step: they may clean the gradients that it is about to take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stepscope.collect.trouble import trouble
from stepscope.collect.unseen import unseen


class Behind:
    """Hooks of ours that stand behind the user's for one step. Only a step that is not finite has one."""

    def __init__(self) -> None:
        self._handles: list[Any] = []

    def call(self, optimizer: Any, then: Callable[[], None]) -> None:
        """The step begins, and hooks for all optimizers run: call this behind those of this one."""

        def last(*_: Any) -> None:
            try:
                then()
            except Exception as problem:
                trouble("could not look at a step", problem)
            except BaseException as exception:
                unseen(exception)
                raise

        self.over()  # of one that has raised
        self._handles.append(optimizer.register_step_pre_hook(last))

    def over(self) -> None:
        """The step is over."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
