"""A picture of another mode than those in its folder, at the sample whose array does not fit."""

from __future__ import annotations

from stepscope.evidence import Failure, Picture, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Witnessed
from stepscope.rules.found import shown
from stepscope.rules.images.channel_mismatch import CHANNEL_MISMATCH
from stepscope.rules.images.image_mode_unusual import IMAGE_MODE_UNUSUAL

_ORDINARY = ("L", "LA", "RGB", "RGBA")
"""Modes that differ from each other in their channels alone."""
_MISFIT = wording(r"\b(?:ax[ei]s|dimensions?|shapes?|sizes?|broadcast|channels?|out of bounds|unpack|not resizable)\b")


@CHANNEL_MISMATCH.seen_in
def channels(failure: Failure, picture: Picture) -> Witnessed:
    if picture.mode in _ORDINARY and _misfits(failure):
        yield CHANNEL_MISMATCH.found(_headline(picture), Confidence.LIKELY, seen={**picture.told, "says": failure.message[:200]})


@IMAGE_MODE_UNUSUAL.seen_in
def mode(failure: Failure, picture: Picture) -> Witnessed:
    if picture.mode not in _ORDINARY and _misfits(failure):
        yield IMAGE_MODE_UNUSUAL.found(
            _headline(picture), Confidence.LIKELY, severity=Severity.ERROR, seen={**picture.told, "says": failure.message[:200]}
        )


def _headline(picture: Picture) -> str:
    return f"{shown(picture.file, 40)} is of mode {picture.mode}, the others of {picture.usual}"


def _misfits(failure: Failure) -> bool:
    """Whether it is about axes, sizes or places in an array."""
    return failure.is_a("ValueError", "IndexError", "RuntimeError", "TypeError") and bool(_MISFIT.search(failure.message))
