"""Labels and output, as the losses and metrics of Keras and TensorFlow meet them."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.labels.loss_label_format import LOSS_LABEL_FORMAT
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.losses.custom_loss_bug import CUSTOM_LOSS_BUG
from stepscope.rules.sentences import CERTAIN, LIKELY, POSSIBLE
from stepscope.rules.shapes.output_shape_vs_labels import OUTPUT_SHAPE_VS_LABELS
from stepscope.rules.shapes.output_units_vs_classes import OUTPUT_UNITS_VS_CLASSES
from stepscope.rules.tensorflow.losses import BINARY, meets, own_loss, own_name
from stepscope.rules.tensorflow.pairs import Pair, pair, verdict
from stepscope.rules.tensorflow.reading import Shape
from stepscope.rules.tensorflow.sayings import first, sayings

_RULES = {"format": LOSS_LABEL_FORMAT, "units": OUTPUT_UNITS_VS_CLASSES, "axes": OUTPUT_SHAPE_VS_LABELS, "rows": TARGET_SHAPE_MISMATCH}
_SQUEEZED = wording(r"Can ?not squeeze dim\[(?P<axis>\d+)\], expected a dimension of 1, got (?P<got>\d+)")


def _text(sizes: Shape) -> str:
    return f"({', '.join('None' if size is None else str(size) for size in sizes)})"


def _says_what(met: Pair, what: str, failure: Failure) -> tuple[str, tuple[str, ...]]:
    """The headline and what helps, with the very sizes."""
    labels, output = _text(met.labels), _text(met.output)
    has, needs = (met.output[-1:] or (None,))[0], (met.labels[-1:] or (None,))[0]
    if what == "units" and met.kind == "elements":
        sizes = sorted((has or 0, needs or 0))
        return f"output and labels have {has} and {needs} columns", (f"The last layer and the labels must agree on the number of classes: {sizes[0]} or {sizes[1]}.",)
    if what == "units":
        single = (f"One unit is for two classes with a sigmoid: for more, `Dense({needs}, activation='softmax')`.",) if has == 1 else ()
        return f"the last layer has {has} units, the labels {needs} columns", (f"Make the last layer `Dense({needs})`, if the labels are right.", *single)
    if what == "format":
        return (
            f"labels {labels} are encoded in another way than the loss reads them" if met.labels else "labels are one-hot where indices are read",
            (
                "Class indices (0, 1, 2, ...) go with `sparse_categorical_crossentropy`; one-hot rows with `categorical_crossentropy`.",
                f"Or convert: `tf.keras.utils.to_categorical(y, {has})` from indices, `y.argmax(-1)` from one-hot." if isinstance(has, int) and has > 1 else "Or convert: `to_categorical(y, classes)` from indices, `y.argmax(-1)` from one-hot.",
            ),
        )
    if what == "axes":
        return f"the output is {output}, its labels {labels}" if met.output else "output and labels have another number of axes", (
            "One label per sample and an output per step or pixel: end with `Flatten()`, a global pooling or `return_sequences=False` before the last Dense.",
            "A label per step or pixel and one output per sample: keep the axes (`return_sequences=True`, no Flatten). A column (N, 1) against (N,): `y[:, None]`.",
        )
    return f"the target is {labels}, the output {output}", ("Print both shapes before `fit`; resize or crop the target to the output, and look for rows that were filtered out on one side only.",)


def _speaking(what: str) -> None:
    rule = _RULES[what]

    def met_in_loss(failure: Failure, moment: Moment) -> Witnessed:
        met = pair(failure)
        if met is None or (met.kind == "elements" and not meets(failure, moment)) or _is_loading(failure, moment):
            return
        told = " ".join((failure.message[:1500], *(frame.function for frame in failure.frames[-4:])))
        if verdict(met, bool(BINARY.search(told))) != what or (met.kind == "elements" and what != "units" and own_name(failure) and len(met.labels) + len(met.output) > 2):
            return
        headline, fix = _says_what(met, what, failure)
        sure = POSSIBLE if met.kind == "elements" else CERTAIN if (what, met.kind) == ("format", "sparse") else LIKELY
        yield rule.found(
            headline,
            LIKELY if sure is POSSIBLE and what == "units" else sure,
            stage=moment.stage if moment.stage is Stage.METRICS else Stage.LOSS,
            seen={"labels": _text(met.labels) if met.labels else "", "output": _text(met.output) if met.output else "", "loss": met.loss, "says": first(failure)},
            instead=fix,
        )

    rule.seen_in(met_in_loss)


for _what in _RULES:
    _speaking(_what)


def _is_loading(failure: Failure, moment: Moment) -> bool:
    return moment.stage is Stage.CHECKPOINT or failure.passes("load_weights", "set_weights", "load_model", "restore", "batch_set_value", "assign")


@CHECKPOINT_MISMATCH.seen_in
def loaded(failure: Failure, moment: Moment) -> Witnessed:
    """`Shapes (3, 3, 64) and (3, 3, 32) are incompatible`, said while weights were loaded."""
    met = pair(failure)
    if met is not None and met.kind == "" and _is_loading(failure, moment):
        yield CHECKPOINT_MISMATCH.found(
            f"saved weights of {_text(met.output)} meet a variable of {_text(met.labels)}", LIKELY, stage=Stage.CHECKPOINT, seen={"says": first(failure)}
        )


@CUSTOM_LOSS_BUG.seen_in
def own(failure: Failure, moment: Moment) -> Witnessed:
    """Shapes that meet in a line of a loss of the user's own."""
    met, frame, name = pair(failure), own_loss(failure), own_name(failure)
    if met is not None and met.kind == "elements" and name and verdict(met, False) in ("axes", "rows") and len(met.labels) + len(met.output) > 2:
        yield CUSTOM_LOSS_BUG.found(
            f"in `{name}`, {_text(met.output)} meets {_text(met.labels)}", LIKELY, stage=Stage.LOSS, seen={"line": frame.code if frame else "", "says": first(failure)},
            fix=("Keep the axis when you reduce: `tf.reduce_sum(x, axis=-1, keepdims=True)`.",) if abs(len(met.output) - len(met.labels)) == 1 else (),
        )  # fmt: skip


@LOSS_LABEL_FORMAT.seen_in
def squeezed(failure: Failure, moment: Moment) -> Witnessed:
    """A sparse loss or metric squeezes the column of indices, and finds a column per class."""
    found = _SQUEEZED.search(failure.message)
    node = re.search(r"node ([^\s}]+)", failure.message)
    if found and (moment.stage in (Stage.LOSS, Stage.METRICS) or failure.passes("remove_squeezable_dimensions") or (node and re.search(r"loss|metric|sparse|accuracy|weighted", node[1]))):
        yield LOSS_LABEL_FORMAT.found(
            f"labels have {found['got']} columns where one index is read",
            LIKELY,
            stage=Stage.LOSS,
            seen={"says": first(failure)},
            instead=("One-hot rows go with `categorical_crossentropy` and `categorical_accuracy`; class indices with the `sparse_` ones: `y.argmax(-1)`.",),
        )


@TARGET_SHAPE_MISMATCH.seen_in
def compared(failure: Failure) -> Witnessed:
    """Keras on PyTorch compares labels and predictions in its accuracy."""
    sizes = re.search(r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)", failure.message)
    inner = failure.innermost
    if sizes and inner is not None and inner.name == "equal" and "keras" in inner.file:
        yield TARGET_SHAPE_MISMATCH.found(
            f"a metric compares axes of {sizes[1]} and {sizes[2]}", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)},
            instead=("Accuracy compares one index per sample: one-hot labels need `categorical_accuracy` and `categorical_crossentropy`, indices the `sparse_` ones.",),
        )  # fmt: skip


sayings(LOSS_LABEL_FORMAT, (
    (r"can't handle a mix of (?P<one>[\w-]+) and (?P<other>[\w-]+) targets", "a metric is given {one} and {other}"),
), stage=Stage.LOSS, fix=("Give it the index of the largest score: `p.argmax(-1)`, and `y.argmax(-1)` for one-hot labels; for one sigmoid, `(p > 0.5).astype(int)`.",))  # fmt: skip

sayings(TARGET_SHAPE_MISMATCH, (
    (r"(?s)Data cardinality is ambiguous.{0,120}?(?:'x'|x) sizes: (?P<x>[\d, ]+).{0,20}?(?:'y'|y) sizes: (?P<y>[\d, ]+)", "{x} inputs come with {y} targets"),
    (r"Data cardinality is ambiguous|(?:Input|All input) arrays (?:\(x\) )?should have the same number of (?:input )?samples(?: as target arrays)?|same number of samples as target arrays", "inputs and targets differ in number"),
    (r"Found (?P<x>\d+) input samples and (?P<y>\d+) target samples", "{x} input samples come with {y} target samples"),
    (r"`x` \(images tensor\) and `y` \(labels\) should have the same length\. Found: x\.shape = \((?P<x>\d+)[^)]*\), y\.shape = \((?P<y>\d+)", "{x} pictures come with {y} labels"),
    (r"Not enough time for target transition sequence \(required: (?P<needs>\d+), available: (?P<has>\d+)\)", "a label needs {needs} steps of the output, which has {has}"),
    (r"logits and targets must have the same shape|The shape of y_true and y_pred", "output and target differ in shape"),
), stage=Stage.DATA, fix=("Make both from one table in one pass: what is filtered, windowed or cut off of the inputs has to be of the targets.", "Look at the number of rows of each before `fit`."))  # fmt: skip
