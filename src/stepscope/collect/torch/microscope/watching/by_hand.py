"""Whether the user's own code works on gradients by hand: then what the backward pass has left in them is not what the update takes."""

from __future__ import annotations

import linecache
import re
from functools import lru_cache
from pathlib import Path

from stepscope.collect.torch.syntax import user_files

_GRADIENT = re.compile(rb"(?<!autograd)\.grad\b(?!\s*\(|\s*is\b|\s*=\s*None\b|\.zero_\()")
"""A gradient that is more than asked for or emptied."""


def works_on_gradients() -> bool:
    """Whether a statement of the user's takes a gradient into its hands, as far as the words of their modules and cells tell."""
    return any(map(_names_gradients, user_files()))


@lru_cache(maxsize=1024)
def _names_gradients(file: str) -> bool:
    try:
        source = Path(file).read_bytes()
    except OSError:  # a cell
        source = "".join(linecache.getlines(file)).encode()
    return b".grad" in source and _GRADIENT.search(source) is not None
