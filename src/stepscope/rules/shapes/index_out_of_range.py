"""An index lies outside of the table that it reads: an embedding, a gather, a scatter.

Why
---
An embedding of n rows has the indices 0 to n-1. A vocabulary that grew, a padding or unknown token outside of it, or a text longer than
the table of positions asks for a row that is not there. On CUDA the run stops later, at an unrelated line.

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

from stepscope.evidence import Call, Failure, Layer, Stage, Tensor
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed

INDEX_OUT_OF_RANGE = Rule("SHP110", Severity.ERROR, stage=Stage.FORWARD, yields_to=("label-out-of-range", "input-rank", "device-mismatch"))

_WORDS = re.compile(
    r"index out of range in self|index (?P<index>-?\d+) is out of bounds for (?:dimension|axis) \d+ with size (?P<size>\d+)"
    r"|INDICES element is out of DATA bounds, id=(?P<id>-?\d+) axis_dim=(?P<dim>\d+)|out of range: tried to access index"
    r"|index \d+ out of range for tensor of size|selected index k out of range|scatter\(\): Expected index|Index out of range in self"
    r"|(?:vectorized_gather_kernel|srcIndex < srcSelectDimSize|indexSelect\w+Index|index >= -sizes\[i\] && index < sizes\[i\])"
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
def words(failure: Failure) -> Witnessed:
    found, line = _WORDS.search(failure.message), failure.innermost
    if not found or line is None or not failure.is_a(*_OURS) or line.name == "__getitem__":
        return
    index, size = found["index"] or found["id"], found["size"] or found["dim"]
    headline = f"index {index} asks an axis of {size}" if index else "an index lies outside of its table"
    yield INDEX_OUT_OF_RANGE.found(headline, Confidence.LIKELY, seen={"says": failure.message[:300], "line": line.code})


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
