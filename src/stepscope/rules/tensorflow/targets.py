"""Labels and output, as the losses and metrics of Keras and TensorFlow meet them."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Frame, Moment, Stage
from stepscope.rule import Witnessed
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.label_dtype import LABEL_DTYPE
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE
from stepscope.rules.labels.loss_label_format import LOSS_LABEL_FORMAT
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.losses.custom_loss_bug import CUSTOM_LOSS_BUG
from stepscope.rules.shapes.index_out_of_range import INDEX_OUT_OF_RANGE
from stepscope.rules.shapes.output_shape_vs_labels import OUTPUT_SHAPE_VS_LABELS
from stepscope.rules.shapes.output_units_vs_classes import OUTPUT_UNITS_VS_CLASSES
from stepscope.rules.tensorflow.reading import Pair, Shape, node_of, pair, verdict
from stepscope.rules.tensorflow.sayings import CERTAIN, LIKELY, POSSIBLE, first, sayings

_RULES = {"format": LOSS_LABEL_FORMAT, "units": OUTPUT_UNITS_VS_CLASSES, "axes": OUTPUT_SHAPE_VS_LABELS, "rows": TARGET_SHAPE_MISMATCH}
_BINARY = re.compile(r"binary_|sigmoid_cross|[Bb]inary[A-Z]|hinge|mean_squared|mean_absolute|\bmse\b|\bmae\b|huber|log_?cosh|poisson|squeeze_or_expand")
_LOSSES = re.compile(r"keras[\w/\\]*[/\\]losses|losses_impl|losses_utils|compile_utils|crossentropy|cross_entropy", re.IGNORECASE)
_LOSS_NAME = re.compile(r"loss|(?:^|_)(?:dice|iou|giou|jaccard|tversky|focal|triplet|mse|mae|rmse|bce|nll|kld?|contrastive|elbo|huber|psnr|ssim|perceptual|cross_?entropy)(?:_|$|\d)", re.IGNORECASE)
_BUILT_IN = re.compile(r"^(?:\w+_)?(?:(?:mean|root)_(?:squared|absolute)\w*|(?:sparse_|categorical_|binary_)+\w*|softmax\w*|sigmoid\w*|cosine_\w+|huber\w*|log_?cosh|poisson|hinge|kl_?divergence|kullback\w*|mse|mae|crossentropy)(?:_\d+)?$", re.IGNORECASE)
_STEP = re.compile(r"step|train|fit|main|loop|epoch|compute_loss", re.IGNORECASE)
_LABEL = re.compile(r"Received a label value of (?P<label>-?\d+) which is outside the valid range of \[0, (?P<classes>\d+)\)(?:\.\s+Label values: (?P<all>[-\d ]+))?")
_OUTSIDE = re.compile(r"indices?(?:\[[\d,]*\])? = (?P<index>-?\d+) is not in \[0, (?P<size>\d+)\)")
_SQUEEZED = re.compile(r"Can ?not squeeze dim\[(?P<axis>\d+)\], expected a dimension of 1, got (?P<got>\d+)")
_CAST = re.compile(r"Cast (?P<type>string|resource|variant) to (?P<to>\w+) is not supported")


def meets(failure: Failure, moment: Moment) -> bool:
    """Whether two shapes met in a loss or a metric: by the stage, by the loss's own file, or by a loss of the user's."""
    parts = node_of(failure).split("/")[:-1]
    named = any(_BUILT_IN.search(part) or re.search(r"loss|metrics|cross_?entropy", part, re.IGNORECASE) for part in parts)
    return named or moment.stage in (Stage.LOSS, Stage.METRICS) or own_loss(failure) is not None or bool(_loss_of_node(failure))


def _loss_of_node(failure: Failure) -> str:
    """The part of a graph node's path that is a loss's name: "triplet/sub_2"."""
    parts = node_of(failure).split("/")[:-1]
    if any(re.fullmatch(r"loss(?:_\d+)?", part) for part in parts):
        return ""  # Keras of TensorFlow 1 names what follows after the output layer
    return next((part for part in parts if _LOSS_NAME.search(part) and not _STEP.search(_LOSS_NAME.sub("", part)) and part != "compile_loss"), "")


def own_loss(failure: Failure) -> Frame | None:
    """The innermost frame of the user's, where it is a loss: Keras's losses call it, or it is named so."""
    users = [place for place, frame in enumerate(failure.frames) if frame.user]
    if not users:
        return None
    frame = failure.frames[users[-1]]
    before = failure.frames[users[-1] - 1] if users[-1] else None
    called = before is not None and not before.user and bool(re.search(r"[/\\](?:losses|loss|loss_functions|compile_utils|losses_utils)\.py$", before.file))
    named = bool(_LOSS_NAME.search(frame.name)) and not _STEP.search(_LOSS_NAME.sub("", frame.name))
    return frame if (called or named) and frame.name not in ("<module>", "call", "train_step") else None


def _own_name(failure: Failure) -> str:
    """The name of the loss of the user's own in which it happened; empty where it is none."""
    if frame := own_loss(failure):
        return frame.name
    name = _loss_of_node(failure)
    return "" if _BUILT_IN.search(name) else name


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
        if verdict(met, bool(_BINARY.search(told))) != what or (met.kind == "elements" and what != "units" and _own_name(failure) and len(met.labels) + len(met.output) > 2):
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
    met, frame, name = pair(failure), own_loss(failure), _own_name(failure)
    if met is not None and met.kind == "elements" and name and verdict(met, False) in ("axes", "rows") and len(met.labels) + len(met.output) > 2:
        yield CUSTOM_LOSS_BUG.found(
            f"in `{name}`, {_text(met.output)} meets {_text(met.labels)}", LIKELY, stage=Stage.LOSS, seen={"line": frame.code if frame else "", "says": first(failure)},
            fix=("Keep the axis when you reduce: `tf.reduce_sum(x, axis=-1, keepdims=True)`.",) if abs(len(met.output) - len(met.labels)) == 1 else (),
        )  # fmt: skip


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


@LABEL_DTYPE.seen_in
def text(failure: Failure, moment: Moment) -> Witnessed:
    """Names of classes reach the loss."""
    found = _CAST.search(failure.message)
    if found and meets(failure, moment):
        yield LABEL_DTYPE.found(
            f"labels are text ({found['type']}) where the loss needs {found['to']}", LIKELY, stage=Stage.LOSS, seen={"says": first(failure)},
            instead=("Turn names into numbers before training: `tf.keras.layers.StringLookup`, `sklearn.preprocessing.LabelEncoder`, `label_mode='int'`.",),
        )  # fmt: skip


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

sayings(LOSS_LABEL_FORMAT, (
    (r"can't handle a mix of (?P<one>[\w-]+) and (?P<other>[\w-]+) targets", "a metric is given {one} and {other}"),
), stage=Stage.LOSS, fix=("Give it the index of the largest score: `p.argmax(-1)`, and `y.argmax(-1)` for one-hot labels; for one sigmoid, `(p > 0.5).astype(int)`.",))  # fmt: skip

sayings(LABEL_DTYPE, (
    (r"Value passed to parameter 'labels' has DataType (?P<type>\w+) not in list of allowed values: (?P<allowed>[\w, ]+)", "labels are {type}, the loss takes {allowed}"),
    (r"(?:Labels|labels|targets?|y_true) (?:must be|should be|are expected to be) (?:of )?(?:an? )?int(?:eger)?s?", "labels are not whole numbers"),
), stage=Stage.LOSS)  # fmt: skip

sayings(TARGET_SHAPE_MISMATCH, (
    (r"(?s)Data cardinality is ambiguous.{0,120}?(?:'x'|x) sizes: (?P<x>[\d, ]+).{0,20}?(?:'y'|y) sizes: (?P<y>[\d, ]+)", "{x} inputs come with {y} targets"),
    (r"Data cardinality is ambiguous|(?:Input|All input) arrays (?:\(x\) )?should have the same number of (?:input )?samples(?: as target arrays)?|same number of samples as target arrays", "inputs and targets differ in number"),
    (r"Found (?P<x>\d+) input samples and (?P<y>\d+) target samples", "{x} input samples come with {y} target samples"),
    (r"`x` \(images tensor\) and `y` \(labels\) should have the same length\. Found: x\.shape = \((?P<x>\d+)[^)]*\), y\.shape = \((?P<y>\d+)", "{x} pictures come with {y} labels"),
    (r"Not enough time for target transition sequence \(required: (?P<needs>\d+), available: (?P<has>\d+)\)", "a label needs {needs} steps of the output, which has {has}"),
    (r"logits and targets must have the same shape|The shape of y_true and y_pred", "output and target differ in shape"),
), stage=Stage.DATA, fix=("Make both from one table in one pass: what is filtered, windowed or cut off of the inputs has to be of the targets.", "Look at the number of rows of each before `fit`."))  # fmt: skip
