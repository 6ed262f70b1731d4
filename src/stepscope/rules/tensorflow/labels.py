"""Single labels, as TensorFlow and Keras refuse them: outside of the classes, of another type, of another number of classes."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.label_dtype import LABEL_DTYPE
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.shapes.index_out_of_range import INDEX_OUT_OF_RANGE
from stepscope.rules.tensorflow.losses import meets
from stepscope.rules.tensorflow.sayings import first, sayings

_LABEL = wording(r"Received a label value of (?P<label>-?\d+) which is outside the valid range of \[0, (?P<classes>\d+)\)(?:\.\s+Label values: (?P<all>[-\d ]+))?")
_OUTSIDE = wording(r"indices?(?:\[[\d,]*\])? = (?P<index>-?\d+) is not in \[0, (?P<size>\d+)\)")
_CAST = wording(r"Cast (?P<type>string|resource|variant) to (?P<to>\w+) is not supported")


@LABEL_OUT_OF_RANGE.seen_in
def label(failure: Failure) -> Witnessed:
    """What the sparse cross-entropy says of its labels."""
    found = _LABEL.search(failure.message)
    if found is None:
        return
    value, classes = int(found["label"]), int(found["classes"])
    labels = [int(one) for one in (found["all"] or "").split()]
    outside = sorted({one for one in labels if not 0 <= one < classes}) or [value]
    yield LABEL_OUT_OF_RANGE.found(
        f"label {value} does not fit a head of {classes} classes",
        CERTAIN,
        stage=Stage.LOSS,
        seen={
            "labels that fit": f"0 to {classes - 1}",
            "labels that do not": ", ".join(map(str, outside[:8])),
            "labels of the batch": f"{min(labels)} to {max(labels)}" if labels else "",
        },
        instead=_advice(outside, labels, classes),
    )


def _advice(outside: list[int], labels: list[int], classes: int) -> tuple[str, ...]:
    """What these very values suggest."""
    if outside[0] < 0:
        return (f"If {outside[0]} marks what is not to be counted, leave those samples out, or pass `ignore_class={outside[0]}` to SparseCategoricalCrossentropy.", f"Otherwise map the labels to 0 to {classes - 1}.")
    more = f"If the labels are right, make the last layer `Dense({outside[-1] + 1})`."
    if outside == [classes] and 0 not in labels:
        return (f"Labels that count from 1 to {classes}: subtract 1 where they are read.", more)
    if classes == 1:
        return (f"One unit knows one class only: `Dense({outside[-1] + 1}, activation='softmax')`, or for two classes `sigmoid` with `binary_crossentropy`.",)
    return (more, f"If there are {classes} classes, map the ids in the files to 0 to {classes - 1} (gaps in the numbering count as classes).")


@INDEX_OUT_OF_RANGE.seen_in
def index(failure: Failure) -> Witnessed:
    """An index into an embedding or by a gather."""
    found = _OUTSIDE.search(failure.message)
    if found and not _of_labels(failure):
        value, size = int(found["index"]), int(found["size"])
        yield INDEX_OUT_OF_RANGE.found(
            f"index {value} asks a table of {size} rows",
            CERTAIN,
            stage=Stage.FORWARD,
            seen={"indices that fit": f"0 to {size - 1}", "says": first(failure)},
            instead=(
                f"An Embedding needs `input_dim` of the largest index + 1, here at least {value + 1}; a tokenizer's `word_index` counts from 1, so `len(word_index) + 1`."
                if value >= size
                else "A negative index marks padding or a missing word: map it to 0.",
                "Words that came in later need an index for unknown words: `oov_token`, `num_words`.",
            ),
        )


def _of_labels(failure: Failure) -> bool:
    node = re.search(r"node ([^\s}]+)", failure.message)
    return bool(node and re.search(r"one_?hot|loss|cross_?entropy|class_weight|label", node[1], re.IGNORECASE))


@LABEL_OUT_OF_RANGE.seen_in
def weighted(failure: Failure) -> Witnessed:
    """A label as an index into class weights or a one-hot table."""
    found = _OUTSIDE.search(failure.message)
    if found and _of_labels(failure):
        yield LABEL_OUT_OF_RANGE.found(f"label {found['index']} is used as an index into {found['size']} classes", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)})


@LABEL_OUT_OF_RANGE.seen_in
def encoded(failure: Failure) -> Witnessed:
    """A label past the classes of a one-hot encoding."""
    found, line = re.search(r"index (?P<index>-?\d+) is out of bounds for axis \d+ with size (?P<size>\d+)", failure.message), failure.user_frame
    if found and (failure.passes("to_categorical") or (line is not None and line.user and "to_categorical(" in line.code)):
        yield LABEL_OUT_OF_RANGE.found(
            f"label {found['index']} is outside of the {found['size']} classes of `to_categorical`", LIKELY, stage=Stage.LOSS, seen={"line": line.code if line else ""},
            instead=("Labels that count from 1 need `y - 1`; for gaps in the numbering, map the ids to 0, 1, 2, ... first.", f"If they are right, encode {int(found['index']) + 1} classes."),
        )  # fmt: skip


@LABEL_DTYPE.seen_in
def text(failure: Failure, moment: Moment) -> Witnessed:
    """Names of classes reach the loss."""
    found = _CAST.search(failure.message)
    if found and meets(failure, moment):
        yield LABEL_DTYPE.found(
            f"labels are text ({found['type']}) where the loss needs {found['to']}", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)},
            instead=("Turn names into numbers before training: `tf.keras.layers.StringLookup`, `sklearn.preprocessing.LabelEncoder`, `label_mode='int'`.",),
        )  # fmt: skip


sayings(LABEL_OUT_OF_RANGE, (
    (r"assertion failed: \[`?labels`? out of bound\][^\n]*\[(?P<classes>\d+)\]?", "a label lies outside of {classes} classes"),
    (r"assertion failed: \[`?(?:labels|predictions)`? (?:out of bound|contains? negative values?)|`labels` out of bound|`labels` contains negative values", "a label lies outside of the classes of the metric"),
    (r"Label map id (?P<id>-?\d+) (?:is reserved|should be)|Label map ids should be", "the label map counts from 0, which is the background"),
    (r"Saw a non-null label \(index >= num_classes - 1\)", "a label is the blank of the CTC loss, or lies past it"),
    (r"[Ll]abel[s]? (?:must be|should be|values must be) (?:in(?: the range)?|between|less than|<) [^\n]{0,60}(?:num_classes|number of classes)|label >= num_classes|labels must be < n_classes|All labels must be in \[0,", "a label lies outside of the classes"),
), stage=Stage.LOSS)  # fmt: skip

sayings(CLASS_COUNT_MISMATCH, (
    (r"`?class_weight`? must contain all classes in the data\. The classes (?P<missing>\{[^}]*\}) exist in the data but not", "classes {missing} have no class weight"),
    (r"Expected `class_weight` to be a dict with keys from 0 to one less than the number of classes, found (?P<found>[^\n]{1,80})", "the class weights do not count the classes from 0: {found}"),
    (r"there must be exactly 2 (?:class_names|classes)\. ?(?:Received: class_names=)?(?P<names>\[[^\]]*\])?|but found (?P<found>\d+) classes|Expected (?P<needs>\d+) classes,? (?:but )?(?:found|got) (?P<got>\d+)", "the number of classes differs between the folders and what was asked for"),
    (r"Found (?P<found>\d+) classes\. If class_mode=\"binary\" there must be 2", "{found} classes in the data, where `binary` takes 2"),
    (r"[Nn]umber of classes,? (?P<has>\d+),? does not match size of target_names,? (?P<names>\d+)", "{has} classes meet {names} names"),
    (r"`classes` (?:should be|must be) 1000|If using `weights` as `\"?imagenet\"?` with `include_top` as true, `classes` should be 1000", "ImageNet weights have 1000 classes, the model another number"),
))  # fmt: skip

sayings(LABEL_DTYPE, (
    (r"Value passed to parameter 'labels' has DataType (?P<type>\w+) not in list of allowed values: (?P<allowed>[\w, ]+)", "labels are {type}, the loss takes {allowed}"),
    (r"(?:Labels|labels|targets?|y_true) (?:must be|should be|are expected to be) (?:of )?(?:an? )?int(?:eger)?s?", "labels are not whole numbers"),
), stage=Stage.LOSS)  # fmt: skip
