"""Sentences of the frameworks of this folder, heard in live runs and in logs."""

from __future__ import annotations

import re
from functools import partial

from stepscope.evidence import Failure, wording
from stepscope.rules.sentences import anywhere

_OURS = wording(r"keras|tensorflow|jax|flax|imageai", re.IGNORECASE)


def first(failure: Failure, length: int = 300) -> str:
    """The exception's own words: its first paragraph."""
    return failure.message.strip().partition("\n")[0][:length]


def _is_pytorchs(failure: Failure) -> bool:
    """Whether the frames are PyTorch's, and none is of a framework of this folder."""
    return any(frame.torch for frame in failure.frames) and not any(_OURS.search(frame.file) for frame in failure.frames)


sayings = partial(anywhere, unless=_is_pytorchs)
"""Let a rule hear these sentences; see `stepscope.rules.sentences.anywhere`."""
