"""An index lies outside of the axis that it asks: the rows of an embedding, a gather, a scatter.

Why
---
An axis of n entries, such as the rows of an embedding, has the indices 0 to n-1. A vocabulary that grew, a padding or unknown token, a text
longer than the table of positions, or an index that was made for another tensor asks for an entry that is not there. On CUDA the run stops
later, at an unrelated line.

Fix
---
- Give the table one row per index that can occur: the highest index plus 1, padding and unknown included.
- Map what is unknown to an index of its own, and cut what is too long.

Bad
---
    vocabulary = {"the": 1, "cat": 2}                 # 0 is for padding
    embedding = nn.Embedding(len(vocabulary), 16)     # rows 0 and 1: there is no row 2

Good
----
    embedding = nn.Embedding(len(vocabulary) + 1, 16)
"""

import re
from typing import Any

from stepscope.evidence import Call, Failure, Head, Indexed, Labels, Layer, Stage, Tensor, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed
from stepscope.rules.labels.label_out_of_range import by_labels

INDEX_OUT_OF_RANGE = Rule("SHP110", Severity.ERROR, stage=Stage.FORWARD, yields_to=("input-rank", "device-mismatch", "metric-shape-depends-on-batch", "label-missing", "image-mode-unusual", "channel-mismatch"))

_WORDS = wording(
    r"index out of range in self|index (?P<index>-?\d+) is out of bounds for (?:dimension|axis) \d+ with size (?P<size>\d+)"
    r"|INDICES element is out of DATA bounds, id=(?P<id>-?\d+) axis_dim=(?P<dim>\d+)|out of range: tried to access index"
    r"|index \d+ out of range for tensor of size|selected index k out of range|scatter\(\): Expected index|Index out of range in self"
    r"|(?:vectorized_gather_kernel|srcIndex < srcSelectDimSize|indexSelect\w+Index|index >= -sizes\[i\] && index < sizes\[i\])"
)
_TABLE = wording(r"index out of range in self|DATA bounds|srcIndex|indexSelect|tried to access", re.IGNORECASE)
_AXIS = (
    "An axis of n entries takes the indices 0 to n-1: look at what the index was made of, and at what the axis was made of.",
    "An index that was made for another tensor (before a filter, of the whole list, of a full batch) has to be made anew for this one.",
)
_OURS = ("IndexError", "RuntimeError", "AssertionError", "AcceleratorError")


@INDEX_OUT_OF_RANGE.seen_in
def layer_of_table(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """An embedding's indices beside its rows."""
    index, rows = call.operand("input"), layer.number("num_embeddings")
    if rows is not None and index is not None and _outside(index.tensor, rows):
        yield _found(index.tensor, rows, line=layer.definition, about="the layer was built here" if layer.definition else "", layer=str(layer))


@INDEX_OUT_OF_RANGE.seen_in
def functional(failure: Failure, call: Call) -> Witnessed:
    """The same without a layer: `F.embedding(input, weight)`."""
    index, table = call.operand("input"), call.operand("weight")
    if call.function.startswith("embedding") and index and table and _outside(index.tensor, table.tensor.shape[0]):
        yield _found(index.tensor, table.tensor.shape[0])


@INDEX_OUT_OF_RANGE.seen_in
def named(failure: Failure, indexed: Indexed) -> Witnessed:
    """An index tensor in a line of the user's own."""
    low, high, size = indexed.tensor.minimum, indexed.tensor.maximum, indexed.size
    if low is None or high is None or (high < size and low >= -size) or not _WORDS.search(failure.message):
        return
    yield INDEX_OUT_OF_RANGE.found(
        f"index {int(high if high >= size else low)} of `{indexed.name}` asks an axis of {size}",
        Confidence.LIKELY,
        seen={"indices that fit": f"0 to {size - 1}", "indices that arrive": f"`{indexed.name}`, {indexed.tensor}"},
        instead=_AXIS,
    )


@INDEX_OUT_OF_RANGE.seen_in
def rows(failure: Failure, labels: Labels, head: Head) -> Witnessed:
    """Each sample is scored against each of its batch, and a target is a row that is not there."""
    if labels.outside and labels.are_rows(head):
        value = int(max((value for _, value in labels.outside), key=abs))
        yield INDEX_OUT_OF_RANGE.found(
            f"target {value} asks {labels.classes} scores, one for each sample of the batch",
            stage=Stage.LOSS,
            seen={"targets that fit": f"0 to {labels.classes - 1}", "targets that arrive": f"`{labels.name}`, {labels.tensor}"},
            instead=("Count the places of the partners within the batch at hand: `torch.arange(len(x))`.", *_AXIS[1:]),
        )


@INDEX_OUT_OF_RANGE.seen_in
def words(failure: Failure) -> Witnessed:
    found, line = _WORDS.search(failure.message), failure.innermost
    if not found or line is None or not failure.is_a(*_OURS) or line.name == "__getitem__" or (line.user and by_labels(line.expression or line.code)):
        return
    index, size = found["index"] or found["id"], found["size"] or found["dim"]
    headline = f"index {index} asks an axis of {size}" if index else "an index lies outside of its table"
    yield INDEX_OUT_OF_RANGE.found(
        "topk asks for more entries than there are" if "selected index k" in failure.message else headline,
        Confidence.LIKELY,
        seen={"says": failure.message[:300], "line": line.code},
        instead=_instead(failure),
    )


def _instead(failure: Failure) -> tuple[str, ...]:
    """What fits the thing that was indexed; empty where it may be a table."""
    if "selected index k" in failure.message:
        return ("Ask for at most as many as there are: `k=min(k, scores.size(-1))`.", "The last batch of an epoch may be short: `drop_last=True` leaves it out.")
    if failure.passes_file("torch/utils/data/dataset.py") and not any(frame.user and frame.name == "__getitem__" for frame in failure.frames):
        return ("The index comes from the sampler or the index list: make it of the data set that the loader gets, `range(len(dataset))`, not of a longer one.",)
    by_user = failure.innermost is not None and failure.innermost.user
    return () if failure.passes("embedding", "embedding_bag") or (_TABLE.search(failure.message) and not by_user) else _AXIS


def _outside(index: Tensor, rows: int) -> bool:
    low, high = index.minimum, index.maximum
    return (low is not None and low < 0) or (high is not None and high >= rows)


def _found(index: Tensor, rows: int, layer: str = "", **details: Any) -> Draft:
    value = int(index.maximum if index.maximum is not None and index.maximum >= rows else index.minimum or 0)
    return INDEX_OUT_OF_RANGE.found(
        f"index {value} asks an embedding of {rows} rows",
        seen={"indices that fit": f"0 to {rows - 1}", "indices that arrive": index, "layer": layer},
        fix=(f"If {value} is meant, give the embedding at least {value + 1} rows.",) if value >= rows else (),
        **details,
    )
