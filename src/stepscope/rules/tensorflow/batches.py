"""Samples that do not make a batch: of several shapes, or of length 0."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.datasets.empty_sample import EMPTY_SAMPLE
from stepscope.rules.datasets.generator_exception import GENERATOR_EXCEPTION
from stepscope.rules.sentences import LIKELY, POSSIBLE
from stepscope.rules.tensorflow.reading import SHAPE
from stepscope.rules.tensorflow.sayings import first, sayings
from stepscope.rules.workers.collate_inconsistent_shapes import COLLATE_INCONSISTENT_SHAPES

_RAGGED = wording(r"Failed to convert a NumPy array to a Tensor \(Unsupported object type (?P<type>numpy\.ndarray|list|tuple|ndarray)\)")


@COLLATE_INCONSISTENT_SHAPES.seen_in
def ragged(failure: Failure) -> Witnessed:
    found = _RAGGED.search(failure.message)
    if found:
        yield COLLATE_INCONSISTENT_SHAPES.found(
            "rows of several shapes or lengths are put into one array", LIKELY, stage=Stage.COLLATE, seen={"says": first(failure)},
            instead=("Bring all to one shape before they meet: resize pictures (all with the same channels), `pad_sequences(x, maxlen=...)`, or a `tf.RaggedTensor`.",),
        )  # fmt: skip


@COLLATE_INCONSISTENT_SHAPES.seen_in
def array(failure: Failure) -> Witnessed:
    """Numpy is to make one array of rows that differ."""
    line = failure.user_frame
    unlike = failure.says("inhomogeneous shape", "setting an array element with a sequence", "could not broadcast input array from shape", "all input arrays must have the same shape")
    if unlike and line is not None and line.user and re.search(r"\b(?:np|numpy)\.(?:array|asarray|stack|vstack|concatenate)\(|pad_sequences|\.fit\(", line.code):
        yield COLLATE_INCONSISTENT_SHAPES.found("rows of several shapes or lengths are put into one array", LIKELY, stage=Stage.COLLATE, seen={"line": line.code, "says": first(failure)})


sayings(COLLATE_INCONSISTENT_SHAPES, (
    (rf"Cannot (?:add tensor to the batch|batch tensors with different shapes)[^\n]*?(?:\[tensor\]: (?P<one>{SHAPE}), \[batch\]: (?P<other>{SHAPE})|First element had shape (?P<a>{SHAPE}) and element \d+ had shape (?P<b>{SHAPE}))", "samples of several shapes meet in one batch"),
    (rf"`generator` yielded an element of shape (?P<one>{SHAPE}) where an element of shape (?P<other>{SHAPE}) was expected", "the generator yields {one} where {other} was announced"),
    (r"Shapes of all inputs must match: values\[0\]\.shape = (?P<one>\[[\d,]*\]) != values\[\d+\]\.shape = (?P<other>\[[\d,]*\])|Can't convert non-rectangular Python sequence to Tensor", "rows of several shapes are put into one tensor"),
), LIKELY, Stage.COLLATE, (
    "Bring all samples to one shape before `.batch`: `tf.image.resize(image, (h, w))`, `decode_jpeg(..., channels=3)`, `pad_sequences`.",
    "For texts or boxes of varying number: `.padded_batch(...)` or `.ragged_batch(...)`.",
))  # fmt: skip

sayings(GENERATOR_EXCEPTION, (
    (r"`generator` yielded an element that (?:could not be converted to|did not match) the expected (?P<what>type|structure)\. The expected (?:type|structure) was (?P<expects>[^\n]{1,60}), but the yielded element was (?P<got>[^\n]{1,40}?)\.?(?=\n|$)", "the generator yields {got} where {expects} was announced"),
), LIKELY, Stage.DATA)  # fmt: skip

sayings(EMPTY_SAMPLE, (
    (r"cudnnSetRNNDataDescriptor\([^\n]*seq_?lengths?_?array|Failed to set RNN data descriptor|Sequence lengths? must be (?:greater than|>) ?0|Labels length is zero in batch (?P<batch>\d+)", "a sequence of the batch has length 0"),
    (r"(?:fully|completely) (?:masked|padded) (?:sequence|sample)|right-padded[^\n]*cuDNN|mask(?:ing)? (?:that|which) is not strictly right padded", "a sequence is masked throughout, or not padded at its end"),
), POSSIBLE, Stage.DATA, (
    "Leave texts out that have no token left, or give them one for padding: cuDNN's LSTM needs a length of at least 1, and padding at the end (`padding='post'`).",
))  # fmt: skip
