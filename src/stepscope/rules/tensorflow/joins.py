"""Tensors that meet in an addition, a concatenation or another operation by elements."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Draft, Witnessed
from stepscope.rules.sentences import LIKELY, POSSIBLE
from stepscope.rules.shapes.input_shape_mismatch import INPUT_SHAPE_MISMATCH
from stepscope.rules.shapes.skip_connection_shape_mismatch import SKIP_CONNECTION_SHAPE_MISMATCH
from stepscope.rules.tensorflow.losses import meets
from stepscope.rules.tensorflow.pairs import pair
from stepscope.rules.tensorflow.sayings import first

LOSS = wording(r"(?:^|[/_ {])loss|_loss", re.IGNORECASE)
MAPS = 1000
"""Values below which no feature map of a detection head is reshaped."""
_JOINED = wording(
    r"`?Concatenate`? layer requires inputs with matching shapes except for the concat(?:enation)? axis\. (?:Got inputs shapes|Received: input_shape[s=]*):? ?(?P<shapes>.{0,200})"
    r"|ConcatOp : Dimensions of inputs should match: shape\[0\] = (?P<one>\[[\d,]*\]) vs\. shape\[\d+\] = (?P<other>\[[\d,]*\])"
    r"|Dimension \d+ in both shapes must be equal[^\n]*(?:op: '|= )Concat|Cannot concatenate arrays with shapes that differ in dimensions"
)


@SKIP_CONNECTION_SHAPE_MISMATCH.seen_in
def joined(failure: Failure, moment: Moment) -> Witnessed:
    """Feature maps that are to be concatenated or added."""
    found, met = _JOINED.search(failure.message), pair(failure)
    maps = met is not None and met.kind == "elements" and len(met.labels) == len(met.output) and len(met.labels) in (3, 4, 5)
    if found and moment.stage is not Stage.LOSS:
        what = f"{found['one']} and {found['other']}" if found["one"] else (found["shapes"] or "").strip()[:60]
        yield _apart(f"feature maps of {what} are to be joined" if what else "feature maps of several sizes are to be joined", failure)
    elif met and maps and not meets(failure, moment) and moment.stage in (Stage.FORWARD, Stage.SETUP, None) and (met.labels[:1] == met.output[:1] or len(met.labels) == 3) and met.labels != met.output:
        yield _apart(f"feature maps of {_of(met.output)} and {_of(met.labels)} are to be joined", failure)


def _apart(headline: str, failure: Failure) -> Draft:
    return SKIP_CONNECTION_SHAPE_MISMATCH.found(
        headline,
        LIKELY,
        stage=Stage.FORWARD,
        seen={"says": first(failure)},
        instead=(
            "Take input sizes that halve as often as the network pools (a multiple of 32 for five times), or crop or pad one side: `Cropping2D`, `ZeroPadding2D`.",
            "With `padding='valid'` each convolution takes a border away: `padding='same'` keeps the size.",
        ),
    )


def _of(sizes: tuple[int | None, ...]) -> str:
    return "x".join("?" if size is None else str(size) for size in sizes)


@INPUT_SHAPE_MISMATCH.seen_in
def elements(failure: Failure, moment: Moment) -> Witnessed:
    """Two operands within the network, with nothing that tells more."""
    met = pair(failure)
    if met is not None and met.kind == "elements" and not meets(failure, moment) and moment.stage in (Stage.FORWARD, Stage.SETUP, None) and not met.labels[1:] == met.output[1:] == ():
        yield INPUT_SHAPE_MISMATCH.found(
            f"an operation meets {_of(met.output)} and {_of(met.labels)}", POSSIBLE, stage=Stage.FORWARD, seen={"says": first(failure)}
        )
