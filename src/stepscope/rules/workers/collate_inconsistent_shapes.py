"""Samples of one batch differ in shape, length or structure, so they cannot be stacked.

Why
---
A batch is one tensor: every sample must have the same shape, the same keys and the same number of entries. One text that is longer, one
picture of another size or a `None` among the samples is enough.

Fix
---
- Bring samples to one shape in the data set: resize, crop, pad or cut them.
- Pad within the batch, in a `collate_fn`: `torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)`.
- For samples with several boxes each, keep lists: `collate_fn=lambda batch: tuple(zip(*batch))`.
- With a tokenizer: `padding=True, truncation=True`, or `DataCollatorWithPadding`.

Bad
---
    loader = DataLoader(sentences, batch_size=32)                 # 7 words, 12 words, ...

Good
----
    loader = DataLoader(sentences, batch_size=32, collate_fn=lambda batch: pad_sequence(batch, batch_first=True))
"""

from collections.abc import Iterator

from stepscope.evidence import Batch, Failure, Flaws, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

COLLATE_INCONSISTENT_SHAPES = Rule("WRK107", Severity.ERROR, stage=Stage.COLLATE, yields_to=("channel-mismatch", "image-mode-unusual", "missing-file", "label-missing", "label-dtype"))

_UNEQUAL = wording(
    r"stack expects each tensor to be equal size|each element in list of batch should be of equal size|expected sequence of length \d+ at dim"
    r"|[Tt]rying to resize storage that is not resizable|all input arrays must have the same shape|inhomogeneous shape|Sizes of tensors must match except"
    r"|batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'NoneType'>|all input array dimensions|setting an array element"
    r"|only one element tensors can be converted|cannot reshape array|must have the same number of dimensions|must have same number of dimensions"
)
_TOKENIZER = ("you should probably activate truncation and/or padding", "Perhaps your features (")
SHOWN = 4
_OF_NONE = (
    "The data set gave None for this sample: leave such samples out in its `__init__`, or return another one in their place.",
    "Or pass over them in a `collate_fn`: `default_collate([sample for sample in batch if sample is not None])`.",
)
_COLLATE = ("torch/utils/data/_utils/collate.py", "transformers/data/data_collator.py")


@COLLATE_INCONSISTENT_SHAPES.seen_in
def rows(failure: Failure, batch: Batch) -> Witnessed:
    """The samples that differ from the usual ones are known."""
    if not batch.odd or not _is_collated(failure):
        return
    row, odd = next(iter(batch.odd.items()))
    usual = next((kind for kind, held in batch.kinds.items() if row not in held and not set(held) & set(batch.odd)), "")
    count = f"{len(batch.odd)} of {batch.rows} rows differ" if batch.rows else "rows differ"
    yield COLLATE_INCONSISTENT_SHAPES.found(
        f"{batch.row(row)} is {odd}, unlike the others",
        stage=Stage.COLLATE,
        seen={"rows": count, f"row {row}": odd, "usual": usual, "says": failure.message[:200]},
        instead=_OF_NONE if odd == "NoneType" else (),
    )


@COLLATE_INCONSISTENT_SHAPES.seen_in
def kinds(failure: Failure, batch: Batch) -> Witnessed:
    """Samples of several kinds meet, and none of them is the usual one."""
    if batch.odd or not batch.kinds or not _is_collated(failure):
        return
    total = sum(map(len, batch.kinds.values()))
    yield COLLATE_INCONSISTENT_SHAPES.found(
        f"{total} samples of {len(batch.kinds)} shapes or types meet in one batch",
        stage=Stage.COLLATE,
        seen={**dict(_told(batch)), "usual": "not known: none has more than half of the batch", "says": failure.message[:200]},
    )


@COLLATE_INCONSISTENT_SHAPES.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_TOKENIZER) and not any(cause.says("too many dimensions 'str'") for cause in failure.causes):
        yield COLLATE_INCONSISTENT_SHAPES.found(
            "token lists of several lengths are put into one batch", stage=Stage.COLLATE, seen={"says": failure.message[:300]}
        )
    elif _unequal(failure) and _in_collate(failure):
        yield COLLATE_INCONSISTENT_SHAPES.found(
            "samples of one batch differ in shape or length", Confidence.LIKELY, stage=Stage.COLLATE, seen={"says": failure.message[:300]}
        )


def _told(batch: Batch) -> Iterator[tuple[str, str]]:
    """Each kind with its rows and their samples, as far as there is room."""
    for kind, rows in list(batch.kinds.items())[:SHOWN]:
        samples = [str(batch.indices[row]) for row in rows[:SHOWN] if row < len(batch.indices)]
        more = ", ..." if len(rows) > SHOWN else ""
        known = f" (sample{'s'[: len(rows) > 1]} {', '.join(samples)}{more})" if samples else ""
        yield f"row{'s'[: len(rows) > 1]} {', '.join(map(str, rows[:SHOWN]))}{more}", f"{kind}{known}"


def _is_collated(failure: Failure) -> bool:
    """Whether samples were being put together, by PyTorch's own function or in a line that says that they do not fit."""
    frame = failure.user_frame
    return (failure.passes_file(*_COLLATE) and not (frame and frame.name == "__getitem__")) or _unequal(failure)


def _unequal(failure: Failure) -> bool:
    return bool(_UNEQUAL.search(failure.message))


def _in_collate(failure: Failure) -> bool:
    """Whether samples were being put together, and not one of them loaded."""
    fetched = failure.passes_file("torch/utils/data/_utils/fetch.py") and not failure.passes("__getitem__", "__getitems__")
    return fetched or failure.passes_file(*_COLLATE) or any("collate" in frame.name.lower() for frame in failure.frames)


@COLLATE_INCONSISTENT_SHAPES.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: some have another shape than nearly all others."""
    nothing = flaws.of("nothing")
    if nothing:
        yield COLLATE_INCONSISTENT_SHAPES.found(f"{shown(nothing[0].file)} {nothing[0].says}", places=at_flaws(nothing), instead=_OF_NONE)
    found = flaws.of("shape")
    if found:
        yield COLLATE_INCONSISTENT_SHAPES.found(f"{shown(found[0].file)} {found[0].says}", Confidence.LIKELY, severity=Severity.WARNING, places=at_flaws(found))
