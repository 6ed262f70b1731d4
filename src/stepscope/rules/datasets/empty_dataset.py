"""No sample reaches training: a path or pattern that matches nothing, everything filtered out, or fewer samples than one batch.

Why
---
A pattern that matches no file gives an empty list, not an error. What fails is what comes later: a sampler, a mean over no batches, a variable
that the loop never set.

Fix
---
- Print `len(dataset)` and `len(loader)` before the loop, and stop where they are 0.
- Check the path from the folder that the run was started in, and the extension in the pattern (`.JPG` is not `.jpg`).
- With `drop_last=True` a data set smaller than one batch gives no batch at all.

Bad
---
    paths = sorted(glob("data/*.jpg"))            # the files end in .jpeg
    loader = DataLoader(Photos(paths), shuffle=True)

Good
----
    paths = sorted(p for p in Path("data").iterdir() if p.suffix.lower() in {".jpg", ".jpeg"})
    if not paths:
        sys.exit(f"no photos in {Path('data').resolve()}")
"""

import re

from stepscope.evidence import Empty, Failure, Flaws, Inventory, Log, Stage, wording
from stepscope.finding import Confidence, Place, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

EMPTY_DATASET = Rule("DAT102", Severity.ERROR, stage=Stage.DATA)

_WORDS = (
    "num_samples should be a positive integer value, but got num_samples=0",
    "found no valid file for the classes",
    "couldn't find any class folder",
    "found 0 files in subfolders",
    "found 0 images",
    "dataset is empty",
    "no images found",
)
_COUNTED = wording(r"(?://?|%)=?\s*(?:max\(|float\(|int\()?\s*(?:len\(|(?:self\.)?\w*(?:n_|num|steps|total|count|batch|samples|seen|size|epoch)\w*)", re.IGNORECASE)
OF_NOTHING = (
    "expected a non-empty list of tensors",
    "need at least one array to",
    "cannot choose from an empty",
    "empty sequence",
    "empty iterable",
    "arg is an empty",
    "iterable argument is empty",
    "with n_samples=0",
    "found array with 0 sample",
    "zero-size array to reduction",
    "list index out of range",
    "mean requires at least one data point",
    "a must be greater than 0 unless no samples are taken",
    "a cannot be empty unless no samples are taken",
)


@EMPTY_DATASET.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_WORDS):
        yield EMPTY_DATASET.found("the data set holds no sample", stage=Stage.DATA, seen={"says": failure.message[:300]})


@EMPTY_DATASET.seen_in
def nothing_in(failure: Failure, empty: Empty) -> Witnessed:
    """The failing expression itself works on something that is empty; while one sample is loaded, that is a matter of the sample."""
    of_sample = failure.passes("__getitem__", "__getitems__") and not empty.sources
    if failure.says(*OF_NOTHING) and empty.in_expression and not of_sample:
        name = empty.in_expression[0]
        yield EMPTY_DATASET.found(
            f"`{name}` is empty", Confidence.LIKELY, stage=Stage.DATA, seen=_seen(failure, empty)
        )


@EMPTY_DATASET.seen_in
def loop_not_entered(failure: Failure, empty: Empty) -> Witnessed:
    """A mean over no batches, or a name that only the loop would have set, beside a loader without batches."""
    unset = failure.is_a("UnboundLocalError", "NameError") and failure.says("referenced before", "not associated", "is not defined")
    of_none = failure.is_a("ZeroDivisionError") or failure.says(*OF_NOTHING) or failure.is_a("StopIteration")
    if empty.sources and (unset or of_none):
        name, kind = empty.sources[0]
        yield EMPTY_DATASET.found(
            "a batch of {1} is more than the {0} samples, and `drop_last` drops the rest".format(*empty.dropped)
            if empty.dropped
            else f"`{name}` ({kind}) gives nothing, so the loop over it never ran",
            stage=Stage.DATA,
            line=empty.built,
            about=f"`{name}` is built here" if empty.built else "",
            seen=_seen(failure, empty),
            fix=("Build the loader with `drop_last=False`, or with a smaller `batch_size`.",) if empty.dropped else (),
        )


@EMPTY_DATASET.seen_in
def of_none(failure: Failure, log: Log) -> Witnessed:
    """In a log: a mean, a choice or a division by a count that came out as 0."""
    line = failure.user_frame
    divided = failure.is_a("ZeroDivisionError") and line is not None and _COUNTED.search(line.code)
    if divided or (failure.says(*OF_NOTHING[:-4], *OF_NOTHING[-2:]) and not failure.says("list index out of range")):
        yield EMPTY_DATASET.found(
            "a count of samples or steps is 0" if divided else "something that should hold samples is empty", Confidence.LIKELY, stage=Stage.DATA,
            seen={"line": line.code if line else "", "says": failure.message[:300]},
        )  # fmt: skip


def _seen(failure: Failure, empty: Empty) -> dict[str, str]:
    things = ", ".join(f"`{name}` ({kind})" for name, kind in empty.things[:6])
    return {"empty": things, "exception": failure.type, "says": failure.message[:300]}


@EMPTY_DATASET.seen_in
def counted(inventory: Inventory) -> Witnessed:
    """The samples of a data set were listed."""
    if not sum(inventory.samples.values()):
        yield EMPTY_DATASET.found("the data set holds no sample", seen={"read as": inventory.layout, "classes": len(inventory.classes) or ""}, places=[Place("")])
        return
    for split, count in inventory.samples.items():
        if not count:
            yield EMPTY_DATASET.found(f"the split {split!r} holds no sample", seen={"samples in all": f"{sum(inventory.samples.values()):,}"}, places=[Place("")])


@EMPTY_DATASET.seen_in
def loader(flaws: Flaws) -> Witnessed:
    """A loader was asked for the number of its batches."""
    found = flaws.of("loader-empty")
    if found:
        yield EMPTY_DATASET.found(f"{shown(found[0].file)} {found[0].says}", places=at_flaws(found))
