"""What is seen where the steps of this process come to an end: with an exception, by an exit, or because they are over."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
from stepscope.evidence import Batch, Observation


def seen_behind(exception: BaseException, worker: int | None = None) -> Observation:
    """What an exception shows; where it is about a loss that is not finite, with what its step shows when it is repeated."""
    from stepscope.collect.torch.observe import observe

    seen = observe(exception, worker)
    return seen.with_(*_step_behind(exception)) if worker is None else seen


def steps_are_over(failed: bool) -> None:
    """No more steps follow: what was seen and not yet told of is told."""
    SENTINEL.end(failed)


def _step_behind(exception: BaseException) -> list[Any]:
    """What the repeated step shows where an exception is about a loss that is not finite."""
    if "torch" not in sys.modules:
        return []
    from stepscope.collect.failure import message_of
    from stepscope.collect.primary import primary
    from stepscope.collect.source import entries
    from stepscope.collect.torch.microscope.look import look_back
    from stepscope.collect.unseen import is_ours

    cause = primary(exception)
    stack = [entry for entry in entries(cause.__traceback__) if not is_ours(entry[0])]
    seen = look_back(stack, type(cause).__name__, message_of(cause))
    return [piece for piece in seen if not isinstance(piece, Batch) or piece.culprits] if seen is not None else []


def seen_at_exit(frame: FrameType, fails: bool) -> Observation | None:
    """What the step shows at which the user's own code ended the process, here; None where none is known, or one was looked at before.

    An exit that does not say that it `fails` counts where a check for NaN or infinity around it has found some.
    """
    if "torch" not in sys.modules:
        return None
    from stepscope.collect.torch.microscope.look import is_over_non_finite, look_back, stack_at
    from stepscope.collect.torch.microscope.repeating.raised import EXIT

    stack, known = stack_at(frame), SENTINEL.has_found
    if not (fails or is_over_non_finite(stack)):
        return None
    SENTINEL.end(failed=True)
    return None if known else look_back(stack, EXIT, "")
