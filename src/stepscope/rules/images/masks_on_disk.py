"""Masks that are kept in another way than the others of their folder."""

from __future__ import annotations

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Witnessed
from stepscope.rules.annotations.annotation_wrong_format import ANNOTATION_WRONG_FORMAT
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.images.channel_mismatch import CHANNEL_MISMATCH


@CHANNEL_MISMATCH.seen_in
def coloured(flaws: Flaws) -> Witnessed:
    """Colours where the others hold the number of a class in each pixel, or the other way round."""
    found = flaws.of("mask-channels")
    if found:
        yield CHANNEL_MISMATCH.found(
            f"{shown(found[0].file)} {found[0].says}", severity=Severity.WARNING, seen={"masks": f"{len(found):,}"}, places=at_flaws(found),
            instead=("Write each colour as the number of its class, one channel, as PNG: colours that are read as numbers are classes that nobody has.",),
        )  # fmt: skip


@ANNOTATION_WRONG_FORMAT.seen_in
def lossy(flaws: Flaws) -> Witnessed:
    """JPEG gives pixels along each edge values between those of the two classes."""
    found = flaws.of("mask-lossy")
    if found:
        yield ANNOTATION_WRONG_FORMAT.found(
            f"{shown(found[0].file)} {found[0].says}", stage=Stage.DATA, severity=Severity.WARNING, seen={"masks": f"{len(found):,}"}, places=at_flaws(found),
            instead=("Make the mask again from its source, as PNG. Of two classes a threshold brings it back: `mask > 127`.",),
        )  # fmt: skip
