"""Batch normalisation in training mode sees a single value per channel.

Why
---
In training, the norm divides by the spread of each channel over the batch. One value has no spread. It happens where the last batch
holds one sample, where the batch size is 1, or after pooling to 1x1 with a batch of one.

Fix
---
- Drop the short last batch: `DataLoader(..., drop_last=True)`.
- For a batch size of 1, use GroupNorm or LayerNorm.
- For prediction, call `model.eval()` first: the norm then uses what it has learnt.

Bad
---
    loader = DataLoader(dataset, batch_size=64)                     # 641 samples: the last batch holds one

Good
----
    loader = DataLoader(dataset, batch_size=64, drop_last=True)
"""

from stepscope.evidence import Batch, Failure, Layer, Stage, wording
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

BATCHNORM_BATCH_OF_ONE = Rule("SHP111", Severity.ERROR, stage=Stage.FORWARD)

_WORDS = wording(r"Expected more than 1 (?:value per channel|spatial element) when training, got input size (?P<size>.*)")


@BATCHNORM_BATCH_OF_ONE.seen_in
def in_loader(failure: Failure, layer: Layer, batch: Batch) -> Witnessed:
    """The batch is known: the last one of the data set, or of size 1 throughout."""
    if not _WORDS.search(failure.message) or batch.rows != 1:
        return
    known = f" of {batch.dataset_size} samples" if batch.dataset_size else ""
    yield BATCHNORM_BATCH_OF_ONE.found(
        f"a batch of one sample reaches {layer.kind} in training mode",
        seen={
            "arrives": layer.inputs[0] if layer.inputs else "",
            "batch": f"1 row{known}",
            "loader": f"{batch.loader.file}:{batch.loader.line}" if batch.loader else "",
        },
    )


@BATCHNORM_BATCH_OF_ONE.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found:
        yield BATCHNORM_BATCH_OF_ONE.found(
            f"one value per channel reaches a norm in training mode: {found['size'].strip()}",
            seen={"says": failure.message[:200]},
        )
