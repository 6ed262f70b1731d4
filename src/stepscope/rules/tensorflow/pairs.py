"""Labels and output out of the sentences of losses, and what does not fit about them."""

from __future__ import annotations

import re
from math import prod
from typing import NamedTuple

from stepscope.evidence import Failure, wording
from stepscope.rules.tensorflow.reading import CHECKED, SHAPE, Shape, shape

_PAIRS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((kind, wording(pattern)) for kind, pattern in (
    ("", rf"Shapes (?P<labels>{SHAPE}) and (?P<output>{SHAPE}) are incompatible"),
    ("", rf"Arguments `target` and `output` must have the same (?:shape|rank \(ndim\))\. Received: target\.shape=(?P<labels>{SHAPE}), output\.shape=(?P<output>{SHAPE})"),
    ("sparse", rf"Argument `output` must have rank \(ndim\) `target\.ndim - 1`\. Received: target\.shape=(?P<labels>{SHAPE}), output\.shape=(?P<output>{SHAPE})"),
    ("sparse", rf"Arguments `target` and `output` must have the same shape up until the last dimension: target\.shape=(?P<labels>{SHAPE}), output\.shape=(?P<output>{SHAPE})"),
    ("", rf"logits and labels must be (?:broadcastable|(?:the )?same size): logits_size=(?P<output>{SHAPE}) labels_size=(?P<labels>{SHAPE})"),
    ("sparse", rf"logits and labels must have the same first dimension, got logits shape (?P<output>{SHAPE}) and labels shape (?P<labels>{SHAPE})"),
    ("binary", rf"`?logits`? and `?labels`? must have the same shape,? ?(?:received )?\((?P<output>{SHAPE}) vs\.? (?P<labels>{SHAPE})\)"),
    ("sparse", rf"The shape of labels \(received (?P<labels>{SHAPE})\) should equal the shape of logits except for the last dimension \(received (?P<output>{SHAPE})\)"),
    ("passed", rf"target array with shape (?P<labels>{SHAPE}) was passed for an output of shape (?P<output>{SHAPE}) while using as loss `(?P<loss>\w+)`"),
    ("format", rf"You are passing a target array of shape (?P<labels>{SHAPE}) while using as loss `(?P<loss>\w+)`"),
    ("ranks", r"Rank of labels \(received (?P<a>\d+)\) should equal rank of logits minus 1 \(received (?P<b>\d+)\)"),
    ("elements", rf"Incompatible shapes: (?P<output>{SHAPE}) vs\.? (?P<labels>{SHAPE})"),
    ("elements", rf"Dimensions must be equal, but are .{{0,400}}?with input shapes: (?P<output>{SHAPE}), (?P<labels>{SHAPE})"),
    ("elements", rf"Incompatible shapes for broadcasting: (?:shapes=\[)?(?P<output>{SHAPE})(?:,| and) (?:requested shape )?(?P<labels>{SHAPE})"),
    ("elements", rf"operands could not be broadcast together with shapes (?P<output>{SHAPE}) (?P<labels>{SHAPE})"),
    ("elements", rf"[a-z]+ got incompatible shapes for broadcasting: (?P<output>{SHAPE}), (?P<labels>{SHAPE})"),
    ("elements", rf"(?:Inputs have incompatible shapes\. Received shapes|Operands could not be broadcast together with shapes) (?P<output>{SHAPE}) (?:and )?(?P<labels>{SHAPE})"),
))  # fmt: skip
_NODE = wording(r"(?:node |for '(?:\{\{node )?)(?P<node>[\w.<>:-]+(?:/[\w.<>:-]+)*)")


def node_of(failure: Failure) -> str:
    """The name of the graph's node that failed, "loss/dense_2_loss/mul"; empty where none is named."""
    found = _NODE.search(failure.message[:20_000])
    return found["node"] if found else ""


class Pair(NamedTuple):
    """Labels and output as a loss or a metric met them; of two operands of an elementwise operation nobody knows which is which."""

    kind: str
    labels: Shape
    output: Shape
    loss: str = ""


def pair(failure: Failure) -> Pair | None:
    """What a loss says of its labels and its output."""
    told = failure.message[:6000]
    if (found := CHECKED.search(told)) and found["side"] == "target":
        if found["rank"]:
            return Pair("axes", shape(found["array"]), (None,) * int(found["rank"]))
        return Pair("checked", shape(found["got"]), shape(found["expects"]))
    for kind, form in _PAIRS:
        if found := form.search(told):
            names = found.groupdict()
            if kind == "ranks":
                same = found["a"] == found["b"]
                return Pair("format" if same else "axes", (None,) * int(found["a"]), (None,) * int(found["b"]))
            return Pair(kind, shape(names["labels"]), shape(names.get("output")), names.get("loss") or "")
    return None


def verdict(met: Pair, binary: bool) -> str:
    """What does not fit: "format" (one-hot against index), "units", "axes" (of the output) or "rows" (of the target)."""
    if met.kind in ("format", "axes"):
        return met.kind
    if met.kind == "sparse":
        return _of_indices(met.labels, met.output)
    if len(met.labels) != len(met.output):
        return _of_ranks(met, binary)
    return _of_columns(met, binary)


def _of_ranks(met: Pair, binary: bool) -> str:
    """Labels and output of different numbers of axes."""
    labels, output = met.labels, met.output
    if met.kind in ("elements", "binary") or binary or len(labels) != len(output) - 1 or output[-1] in (None, 1):
        return "axes"
    return "format" if all(None in sizes or sizes[0] == sizes[1] for sizes in zip(labels, output, strict=False)) else "axes"


def _of_columns(met: Pair, binary: bool) -> str:
    """Labels and output of the same number of axes."""
    *before, (last, units) = zip(met.labels, met.output, strict=True) if met.labels else [(None, None)]
    if any(None not in sizes and sizes[0] != sizes[1] for sizes in before) or last == units or None in (last, units):
        return "rows"
    if (len(met.labels) > 2 and 1 in (last, units)) or (met.kind == "elements" and len(met.labels) == 1):
        return "rows"
    if met.kind == "checked":
        return "format" if 1 in (last, units) else "units"
    return "format" if last == 1 and not binary and met.kind not in ("binary", "elements") else "units"


def _of_indices(labels: Shape, output: Shape) -> str:
    """A loss that reads one class index where the output has a score per class."""
    if len(labels) == len(output):
        return "format" if labels[-1:] == output[-1:] and labels[-1:] != (None,) else "axes"
    if len(labels) == 1 and len(output) > 1 and None not in (*labels, *output):
        count, rows = labels[0] or 0, output[0] or 1
        if count == prod(size or 1 for size in output):
            return "format"
        return "axes" if count % rows == 0 or rows % (count or 1) == 0 else "rows"
    return "axes" if len(labels) != len(output) - 1 else "rows"
