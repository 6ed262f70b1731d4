"""The DataLoader, the loss and checkpoints, also where the last line alone was pasted."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.augment.augmentation_failure import AUGMENTATION_FAILURE
from stepscope.rules.checkpoints.checkpoint_corrupt import CHECKPOINT_CORRUPT
from stepscope.rules.datasets.generator_exception import GENERATOR_EXCEPTION
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.labels.label_dtype import LABEL_DTYPE
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE, by_labels
from stepscope.rules.losses.loss_activation_mismatch import LOSS_ACTIVATION_MISMATCH
from stepscope.rules.models.custom_object_missing import by_default
from stepscope.rules.sentences import LIKELY, words_from
from stepscope.rules.workers.worker_pickle import WORKER_PICKLE

_DAMAGED = wording(
    r"PytorchStreamReader failed|failed finding central directory|invalid load key, '(?P<byte>[^']+)'|pickle data was truncated|Invalid magic number; corrupt file|unexpected EOF, expected \d+ more bytes"
)
_UNPICKLED = wording(r"[Cc]an't pickle local object '?(?P<name>[^'\n]+)|[Cc]an't pickle (?P<thing><function <lambda>[^\n]{0,80})|cannot pickle '(?P<kind>[^']+)' object")
_SPAWNING = wording(r"torch/utils/data/dataloader\.py|multiprocessing/(?:process|context|popen\w*)\.py")
_FOUND = wording(r"batch must contain tensors[^;\n]*; found <class '(?P<kind>[\w.]+)'>")
_SCATTERED = wording(r"idx_dim >= 0 && idx_dim < index_size|index >= -sizes\[i\] && index < sizes\[i\]")
_LONG = wording(
    r"[Ee]xpected (?:object of )?scalar type Long but (?:found|got)(?: scalar type)? (?P<got>Float|Double|Half|Int|Byte|Char|Short|Bool)|result type (?:Float|Double|Half) can't be cast to the desired output type (?:Long|Int)"
)
_KERNEL = wording(r"input_val >= zero && input_val <= one|all elements of input should be between 0 and 1")


@CHECKPOINT_CORRUPT.seen_in
def damaged(failure: Failure, log: Log) -> Witnessed:
    """The last line alone was pasted: words that are a reader's of checkpoints only."""
    found = _DAMAGED.search(failure.message) if not failure.frames else None
    if found and failure.is_a("RuntimeError", "UnpicklingError", "EOFError"):
        pointer = found["byte"] == "v"  # "version https://git-lfs.github.com/spec/v1"
        html = found["byte"] == "<"
        yield CHECKPOINT_CORRUPT.found(
            "the file is a pointer of Git LFS, not the checkpoint" if pointer else "the file is a web page, not the checkpoint" if html else f"the checkpoint cannot be read: {found[0]}",
            LIKELY, seen={"says": failure.message[:250]}, fix=("`git lfs pull` fetches the file itself.",) if pointer else (),
        )  # fmt: skip


@VERSION_INCOMPATIBILITY.seen_in
def default_of_another_version(failure: Failure) -> Witnessed:
    """Code that was written when `torch.load` read every class."""
    if failure.is_a("UnpicklingError") and by_default(failure):
        found = re.search(r"GLOBAL (?P<name>[\w.]+)", failure.message)
        yield VERSION_INCOMPATIBILITY.found(
            f"since PyTorch 2.6 `torch.load` does not read {'`' + found['name'].rstrip('.') + '`' if found else 'every class'} by itself", LIKELY, stage=Stage.CHECKPOINT,
            seen={"says": words_from(failure)},
            instead=(
                "Of a file that you trust: `torch.load(path, weights_only=False)`, or `torch.serialization.add_safe_globals([TheClass])` before it.",
                "Where a library calls it, install a release of the library that knows PyTorch 2.6, or `torch<2.6`.",
                "Save `model.state_dict()` in place of the model: it loads everywhere.",
            ),
        )  # fmt: skip


@WORKER_PICKLE.seen_in
def unpicklable(failure: Failure, log: Log) -> Witnessed:
    """The last line alone, or with the loader's frames: a worker is the usual receiver."""
    found = _UNPICKLED.search(failure.message)
    starting = any(_SPAWNING.search(frame.file.replace("\\", "/")) for frame in failure.frames)
    saving = any("serialization" in frame.file or "save" in frame.name for frame in failure.frames)
    if found and not saving and (starting or not failure.frames):
        what = found["name"] or found["thing"] or found["kind"]
        yield WORKER_PICKLE.found(f"a spawned worker cannot be given {what}", LIKELY, stage=Stage.DATA, seen={"says": failure.message[:250]})


@GENERATOR_EXCEPTION.seen_in
def none_collated(failure: Failure, log: Log) -> Witnessed:
    """A sample is None, or holds an object that cannot be stacked."""
    found = _FOUND.search(failure.message)
    if found and found["kind"] == "NoneType":
        yield GENERATOR_EXCEPTION.found(
            "a sample is None, or holds None", LIKELY, stage=Stage.COLLATE, seen={"says": failure.message[:250]},
            fix=("`__getitem__` has a branch without `return`, or returns None for what it could not read.",),
        )  # fmt: skip


@AUGMENTATION_FAILURE.seen_in
def picture_collated(failure: Failure, log: Log) -> Witnessed:
    found = _FOUND.search(failure.message)
    if found and found["kind"].startswith("PIL."):
        yield AUGMENTATION_FAILURE.found(
            "samples are still PIL images when they are collated", LIKELY, stage=Stage.COLLATE, seen={"says": failure.message[:250]},
            instead=("End the transforms with `ToTensor()` (`v2.ToImage(), v2.ToDtype(torch.float32, scale=True)`), and pass them to the data set.",),
        )  # fmt: skip


@LOSS_ACTIVATION_MISMATCH.seen_in
def no_probabilities(failure: Failure, log: Log) -> Witnessed:
    """The check of binary cross-entropy: its input is no probability, or NaN."""
    if _KERNEL.search(failure.message):
        yield LOSS_ACTIVATION_MISMATCH.found(
            "binary cross-entropy is given scores outside of 0 to 1", LIKELY, stage=Stage.LOSS, seen={"says": words_from(failure)},
            fix=("Use `BCEWithLogitsLoss` on the scores as they are. If a sigmoid stands before the loss, the scores are NaN.",),
        )  # fmt: skip


@LABEL_DTYPE.seen_in
def alone(failure: Failure, log: Log) -> Witnessed:
    """The last line alone: only losses of class numbers want Long, only losses of numbers write into Long."""
    found = _LONG.search(failure.message) if not failure.frames and failure.is_a("RuntimeError") else None
    if found and found["got"]:
        yield LABEL_DTYPE.found(f"labels are {found['got']}, the loss takes int64", LIKELY, stage=Stage.LOSS, seen={"says": failure.message[:200]})
    elif found:
        yield LABEL_DTYPE.found("labels are int64, the loss takes float32", LIKELY, stage=Stage.LOSS, seen={"says": failure.message[:200]})


@LABEL_OUT_OF_RANGE.seen_in
def scattered(failure: Failure, log: Log) -> Witnessed:
    """The kernel of a scatter or gather, at a line that takes labels as its index."""
    line = failure.user_frame
    if _SCATTERED.search(failure.message) and line and by_labels(line.code):
        yield LABEL_OUT_OF_RANGE.found("a label lies outside of the classes", LIKELY, stage=Stage.LOSS, seen={"line": line.code[:200], "says": failure.first_line[:200]})
