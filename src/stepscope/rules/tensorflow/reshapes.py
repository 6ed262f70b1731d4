"""Reshaping to another number of values."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.sentences import LIKELY
from stepscope.rules.shapes.input_shape_mismatch import INPUT_SHAPE_MISMATCH
from stepscope.rules.tensorflow.joins import LOSS, MAPS
from stepscope.rules.tensorflow.losses import meets
from stepscope.rules.tensorflow.reading import SHAPE
from stepscope.rules.tensorflow.sayings import first

_HEADS = wording(r"yolo|box_?pred|class_?pred|predictor|detect|anchor|region_?loss", re.IGNORECASE)
_RESHAPED = wording(r"Input to reshape is a tensor with (?P<has>\d+) values, but the requested shape (?:has|requires a multiple of) (?P<needs>\d+)")
_KERAS_RESHAPE = wording(
    rf"[Tt]otal size of (?:new array|the (?:tensor|array)) must be unchanged(?:[.,] Received: input_shape=(?P<one>{SHAPE}), target_shape=(?P<other>{SHAPE})|, input_shape = (?P<a>{SHAPE}), output_shape = (?P<b>{SHAPE}))?"
)


@INPUT_SHAPE_MISMATCH.seen_in
def reshaped(failure: Failure, moment: Moment) -> Witnessed:
    """Numbers that do not fill a shape within the network."""
    found, keras = _RESHAPED.search(failure.message), _KERAS_RESHAPE.search(failure.message)
    if keras or (found and not meets(failure, moment)):
        yield INPUT_SHAPE_MISMATCH.found(
            f"{found['has']} numbers do not fill a shape of {found['needs']}" if found else "a Reshape asks for another number of values than arrive",
            LIKELY,
            stage=Stage.FORWARD,
            seen={"arrives": (keras["one"] or keras["a"] or "") if keras else "", "asked for": (keras["other"] or keras["b"] or "") if keras else "", "says": first(failure)},
            instead=("Write -1 for the size that follows from the others, and keep the batch axis: `tf.reshape(x, (tf.shape(x)[0], -1))`, `Flatten()`.",),
        )


@TARGET_SHAPE_MISMATCH.seen_in
def reshaped_in_loss(failure: Failure, moment: Moment) -> Witnessed:
    """Numbers that do not fill a shape within the loss."""
    found = _RESHAPED.search(failure.message)
    if found and meets(failure, moment) and not _of_head(failure, found):
        yield TARGET_SHAPE_MISMATCH.found(
            f"{found['has']} values do not fill a shape of {found['needs']} in the loss", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)},
            instead=("Print the shapes of target, output and weights: a loss per sample is expected where one per pixel or step arrives, or the other way round.",),
        )  # fmt: skip


def _of_head(failure: Failure, found: re.Match[str]) -> bool:
    """Whether the output of a detection head is reshaped."""
    nodes = re.findall(r"node ([^\s}]+)", failure.message)
    return any(map(_HEADS.search, nodes)) or (int(found["has"]) >= MAPS and any(map(LOSS.search, nodes)))


@CLASS_COUNT_MISMATCH.seen_in
def head_reshaped(failure: Failure) -> Witnessed:
    """The channels of a detection head are anchors times (classes + 5): with another number of classes they do not divide."""
    found = _RESHAPED.search(failure.message)
    if found and _of_head(failure, found):
        yield CLASS_COUNT_MISMATCH.found(
            f"a head of {found['has']} values does not divide into {found['needs']}",
            LIKELY,
            stage=Stage.LOSS,
            seen={"says": first(failure)},
            instead=("Count the channels of the last layer: anchors of the scale times (classes + 5). The class list, the configuration and the weights must name one number.",),
        )
