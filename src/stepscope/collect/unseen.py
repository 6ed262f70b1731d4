"""Wraps that a traceback does not show: the user's exception looks as it would without us."""

from __future__ import annotations

from stepscope.collect.failure import without_ours


def unseen(exception: BaseException) -> None:
    """Take our frames out of an exception that is on its way through a wrap of ours. A bare `raise` has to follow.

    In Python 3.10 a bare `raise` puts the first traceback entry back, so that one frame of ours stays.
    """
    exception.__traceback__ = without_ours(exception.__traceback__)
