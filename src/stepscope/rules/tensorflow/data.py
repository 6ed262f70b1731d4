"""Data sets, generators and files that give nothing, or too little, in TensorFlow and Keras."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.annotations.annotation_parse import ANNOTATION_PARSE
from stepscope.rules.datasets.empty_dataset import EMPTY_DATASET
from stepscope.rules.datasets.generator_exhausted import GENERATOR_EXHAUSTED
from stepscope.rules.distributed.rank_died_first import RANK_DIED_FIRST
from stepscope.rules.hangs.hang_collective import HANG_COLLECTIVE
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.label_missing import LABEL_MISSING
from stepscope.rules.regime.monitor_misuse import MONITOR_MISUSE
from stepscope.rules.sentences import LIKELY, POSSIBLE
from stepscope.rules.tensorflow.sayings import first, sayings

_RAN_OUT = wording(r"[Yy]our (?:input|dataset|dataset iterator|generator) (?:input )?ran out of data")
_NOTHING = wording(r"^\s*0/(?:Unknown|0)\b|Found 0 (?:images|files|validated image)|\(0, [^)]*\)|\(0,\)|\b0 (?:samples|images|files|batches)\b|\b(?:samples|images|files|rows|batches)\W{1,3}0\b")
OF_NOTHING = wording(r"'NoneType' object (?:has no attribute '(?:shape|astype|size|copy|dtype|ndim|reshape)'|is not subscriptable)|!_?src\.empty\(\)|(?:src|image) (?:is|data type) ?(?:empty|=? ?NoneType)|unsupported operand type\(s\) for /: 'NoneType'")
_NONE_LABELLED = wording(r"\b(?:no|without(?: any)?|missing|lacks?) (?:a |an |any |valid )?(?:label|annotation|b?box|bounding box|ground[- ]truth(?: box)?|target|object|mask|caption)(?:e?s)?\b", re.IGNORECASE)
_UNSET = wording(r"local variable '(?P<name>logs|batch_outputs|outputs|tmp_logs)' referenced before assignment|cannot access local variable '(?P<new>logs|batch_outputs|outputs|tmp_logs)'")
_CLASSES = wording(r"[Cc]lasses:? ?\[|num_classes|\bnc\b")
_ONE_HOT = wording(r"\b5 ?\+ ?(?:int\()?(?:c|cls|class_?id|obj_indx|label)\w*\b|\[\s*(?:int\()?\s*(?:c|cls|cat|class_?id|label|category|k)\w*\s*\)?\s*\]\s*=\s*1")
_INDEX = wording(r"index (?P<index>-?\d+) is out of bounds for axis \d+ with size (?P<size>\d+)")


@EMPTY_DATASET.seen_in
def no_batch(log: Log) -> Witnessed:
    """Keras warns that the data ended, and not one step was made."""
    warned = log.find(_RAN_OUT)
    nothing = log.find(_NOTHING)
    if warned and nothing and re.match(r"\s*0/|\(0|Found 0", nothing.match[0].lstrip()):
        yield EMPTY_DATASET.found("training ends before its first step: the data set holds no batch", LIKELY, stage=Stage.DATA, seen={"the log says": nothing.said.text.strip()[:120], "Keras": warned.said.text.strip()[:200]})


@GENERATOR_EXHAUSTED.seen_in
def ran_out(log: Log) -> Witnessed:
    """Keras warns that the data ended before the steps that were asked of it."""
    warned = log.find(_RAN_OUT)
    if warned:
        yield GENERATOR_EXHAUSTED.found(
            "the data ended before the steps that were asked of it", LIKELY, stage=Stage.DATA, seen={"Keras": warned.said.text.strip()[:250]},
            instead=(
                "`steps_per_epoch` times `epochs` batches are asked for: let the data set begin again with `.repeat()`, let a generator loop `while True:`.",
                "Or leave `steps_per_epoch` out, so that an epoch is one pass; for validation, `validation_steps`.",
            ),
        )  # fmt: skip


@EMPTY_DATASET.seen_in
def unset(failure: Failure) -> Witnessed:
    """The loop over the batches never ran, in Keras's own code."""
    found, inner = _UNSET.search(failure.message), failure.innermost
    if found and inner is not None and not inner.user:
        yield EMPTY_DATASET.found("the data set gives no batch, so Keras's loop never ran", LIKELY, stage=Stage.DATA, seen={"says": first(failure)}, instead=_EMPTY)


@EMPTY_DATASET.seen_in
def no_logs(failure: Failure) -> Witnessed:
    """The epoch came back without a single log."""
    inner = failure.innermost
    if failure.says("'NoneType' object has no attribute 'items'", "'NoneType' object is not subscriptable") and inner is not None and re.search(r"keras[\w/\\]*(?:engine|trainers?|backend)[\w/\\]*train(?:er|ing)\w*\.py$", inner.file):
        yield EMPTY_DATASET.found("an epoch of no batch came back without a log", POSSIBLE, stage=Stage.DATA, seen={"says": first(failure)}, instead=_EMPTY)


@EMPTY_DATASET.seen_in
def no_annotations(failure: Failure) -> Witnessed:
    """No annotation was found that imageai reads, and it goes on with None in place of a list."""
    if failure.says("object of type 'NoneType' has no len()") and failure.passes_file("imageai/Detection/Custom/__init__.py", "imageai/Detection/Custom/generator.py"):
        yield EMPTY_DATASET.found("imageai found no annotated picture", LIKELY, stage=Stage.DATA, seen={"says": first(failure)}, instead=(
            "Look at the path, and at `train/images`, `train/annotations`, `validation/...`: VOC XML files beside pictures of the same name, whose `<name>` is among the given classes.",
        ))  # fmt: skip


@EMPTY_DATASET.seen_in
def no_anchors(failure: Failure) -> Witnessed:
    """Anchors are drawn from the boxes of the training set, and there are none."""
    if failure.says("empty range for randrange", "cannot choose from an empty") and any(re.search(r"anchor|kmeans", f"{frame.file}{frame.function}") for frame in failure.frames):
        yield EMPTY_DATASET.found("there is not one box to compute anchors from", LIKELY, stage=Stage.DATA, seen={"says": first(failure)}, instead=(
            "Look into the annotation folder: files in the format that is read (VOC XML in imageai 2), whose `<name>` is among the given classes, beside pictures of the same name.",
        ))  # fmt: skip


@LABEL_MISSING.seen_in
def unlabelled(failure: Failure) -> Witnessed:
    """A check of the loading code that says so."""
    found, line = _NONE_LABELLED.search(failure.message), failure.user_frame
    if found and line is not None and line.user and failure.is_a("AssertionError", "ValueError", "RuntimeError", "IndexError") and line == failure.innermost:
        yield LABEL_MISSING.found(f"a sample has {found[0].lower()}", LIKELY, stage=Stage.DATA, seen={"says": first(failure), "line": line.code})


@MONITOR_MISUSE.seen_in
def not_measured(log: Log) -> Witnessed:
    """A callback of Keras watches a quantity that is not measured."""
    heard = log.find(wording(r"(?:Early stopping conditioned on metric|Can save best model only with|Learning rate reduction is conditioned on metric) [`'](?P<name>[\w/-]+)[`'](?: which is not available|,? available| available)"))
    if heard:
        yield MONITOR_MISUSE.found(
            f"a callback watches `{heard.match['name']}`, which is not measured", LIKELY, stage=Stage.METRICS, seen={"Keras": heard.said.text.strip()[:250]},
            instead=("Watch one of the quantities that Keras lists; `val_` ones need validation data, `accuracy` was `acc` before TensorFlow 2.",),
        )  # fmt: skip


@CLASS_COUNT_MISMATCH.seen_in
def one_hot(failure: Failure) -> Witnessed:
    """A class number is one past the classes of a hand-made one-hot encoding."""
    found, line = _INDEX.search(failure.message), failure.user_frame
    if found and line is not None and line.user and _ONE_HOT.search(line.code):
        yield CLASS_COUNT_MISMATCH.found(
            f"class {found['index']} is written into {found['size']} classes", LIKELY, stage=Stage.DATA, seen={"line": line.code},
            instead=(f"Make the encoding for the largest class number of the annotations + 1, at least {int(found['index']) + 1}; or subtract 1 where classes count from 1.",),
        )  # fmt: skip


_EMPTY = (
    "Count what is there before training: `len(files)`, `next(iter(ds))`. Look at the path, the pattern, the filter.",
    "Fewer samples than one batch with `drop_remainder=True` (or a generator's `len` of 0) give no batch: take a smaller batch.",
)

sayings(EMPTY_DATASET, (
    (r"Unexpected result of `?(?P<function>\w+)`? \(Empty (?:logs|batch_outputs)\)", "the data set gives no batch (`{function}` came back empty)"),
    (r"Expect(?:ed)? (?:x|`x`|input data) to be a non-empty array or dataset|`?x`? (?:is|cannot be|must not be) empty|[Ee]mpty training data|[Tt]raining data (?:is empty|contains 0 samples)", "the data hold no sample"),
    (r"[Tt]he (?:PyDataset|Sequence|dataset|generator) has length 0|but the Sequence has length (?P<length>0)|has length 0 (?:and|so)", "the data set has length 0"),
    (r"No images found in directory (?P<folder>[^\n]+?)\. Allowed|Found 0 (?:images|files)|[Nn]o (?:images|files|samples|data) (?:were )?found|The dataset (?:is|seems) empty|(?:Dataset|Iterator) is empty", "there is no picture in the folder"),
    (r"Training data contains (?P<count>\d+) samples?, which is not sufficient to split", "{count} samples are too few to be split"),
    (r"batch_outputs (?:is|are) empty|[Nn]o (?:training )?(?:data|examples) (?:was |were )?(?:provided|available)|Input data cannot be an empty list", "there are no data"),
), stage=Stage.DATA, fix=_EMPTY)  # fmt: skip

sayings(GENERATOR_EXHAUSTED, (
    (r"(?:RandomShuffleQueue|FIFOQueue|PaddingFIFOQueue) '[^']*' is closed and has insufficient elements \(requested (?P<asked>\d+), current size (?P<has>\d+)\)", "a queue has {has} of the {asked} elements that are asked of it"),
    (r"(?:^|: )End of sequence|OutOfRange: End of|`?generator`? (?:ran out|is exhausted)|[Oo]utput of generator should be a tuple[^\n]*Found: None", "the data ended before the steps that were asked of it"),
), stage=Stage.DATA)  # fmt: skip

sayings(ANNOTATION_PARSE, ((r"Expect (?P<needs>\d+) fields but have (?P<has>\d+) in record|Field (?P<field>\d+) in record (?:\d+ )?is not a valid (?P<type>\w+)|Field \d+ is required but missing in record", "a line of a table does not have the fields that are read"),), stage=Stage.DATA)

sayings(HANG_COLLECTIVE, ((r"Collective has timed out (?:waiting for other workers|during execution)", "a collective was waited for in vain"),), stage=Stage.DISTRIBUTED)
sayings(RANK_DIED_FIRST, ((r"Collective ops is aborted by|collective (?:op|operation)s? (?:was|were) aborted|UNAVAILABLE: (?:Socket closed|Connection reset|failed to connect)|Error from remote (?:worker|task)", "another worker has ended, this one only reports it"),), stage=Stage.DISTRIBUTED)
