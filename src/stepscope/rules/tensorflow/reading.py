"""Shapes out of the sentences of TensorFlow, Keras and JAX: what a layer expected and got, what labels and output were."""

from __future__ import annotations

import re
from math import prod
from typing import NamedTuple

from stepscope.evidence import Failure, wording

Shape = tuple[int | None, ...]
SHAPE = r"[(\[][^()\[\]]*[)\]]"
_CHANNELS = (1, 2, 3, 4)
_LAYER = (
    r"Input (?:\S+ )?(?:with name '[^']*' )?(?:of layer [\"']?(?P<layer>[\w/.:-]+)[\"']? )?is incompatible with (?:the )?layer(?: [\"']?(?P<old>[\w/.-]+)[\"']?)?: "
)
_RANK = wording(_LAYER + r"(?:its rank is undefined|expected (?P<kind>\w*?)_?ndim=(?P<expects>\d+), found n?dim=(?P<got>\d+)(?:\. Full shape received: (?P<shape>" + SHAPE + r"))?)")
_WHOLE = wording(_LAYER + rf"expected shape=(?P<expects>{SHAPE}), found shape=(?P<got>{SHAPE})")
_AXIS = wording(_LAYER + rf"expected axis (?P<axis>-?\d+) of input shape to have value (?P<value>\d+),? but (?:received input with|got) shape (?P<got>{SHAPE})")
_CHECKED = wording(
    rf"Error when checking (?:model )?(?P<side>input|target)(?: \w+)?: expected (?P<layer>\S+) to have (?:(?P<rank>\d+) dimensions, but got array with shape (?P<array>{SHAPE})"
    rf"|shape (?P<expects>{SHAPE}) but got array with shape (?P<got>{SHAPE}))"
)
_FUNCTIONAL = wording(rf"Invalid input shape for input .{{0,300}}?Expected shape (?P<expects>{SHAPE}), but input has incompatible shape (?P<got>{SHAPE})", re.DOTALL)
_FED = wording(rf"Cannot feed value of shape (?P<got>{SHAPE}) for Tensor '?(?:Tensor\(\")?(?P<layer>[\w/:.-]+)[^,]*, which has shape '?(?P<expects>{SHAPE})")
_OPERANDS = wording(rf"(?:for|in) '[^']*?(?:op: '|\}}\}} = )?(?P<op>\w+)(?:\[[^']*'|'\)|') with input shapes: (?P<one>{SHAPE}), (?P<other>{SHAPE})")
_CONVOLVED = wording(
    r"[Ii]nput depth must be evenly divisible by filter depth: (?P<a>\d+) vs\.? (?P<b>\d+)|Depth of input \((?P<c>\d+)\) is not a multiple of input depth of filter \((?P<d>\d+)\)"
    r"|input must have (?P<f>\d+) channels but instead has (?P<e>\d+) channels|The input must have (?P<h>\d) channels;? ?[Rr]eceived `?input_shape=\([^)]*?(?P<g>\d+)\)"
)
_PRODUCT = wording(
    rf"Matrix size-incompatible: In\[0\]: (?P<one>{SHAPE}), In\[1\]: (?P<other>{SHAPE})|In\[0\] mismatch In\[1\] shape: (?P<a>\d+) vs\.? (?P<b>\d+)"
    r"|contracting dimensions to have the same shape, got \((?P<c>\d+),?\) and \((?P<d>\d+),?\)"
)


class Arrival(NamedTuple):
    """What arrived at a layer. `fault` is "rank", "channels" or "size"; the sizes are those of the axis where it does not fit."""

    fault: str
    layer: str
    expects: str
    got: str
    shape: Shape = ()


def shape(text: str | None) -> Shape:
    """`(None, 28, 28, 1)` or `[?,10]`; None where a size is not known."""
    parts = [part.strip() for part in (text or "").strip("()[]' ").split(",")]
    return tuple(int(part) if part.lstrip("-").isdigit() else None for part in parts if part)


def arrival(failure: Failure) -> Arrival | None:
    """What a layer's check of its input says."""
    told = failure.message[:6000]
    if (found := _RANK.search(told)) and found["expects"]:
        more = {"min": "at least ", "max": "at most "}.get(found["kind"], "")
        return Arrival("rank", found["layer"] or found["old"] or "", f"{more}{found['expects']}", found["got"], shape(found["shape"]))
    if found := _AXIS.search(told):
        got = shape(found["got"])
        at = int(found["axis"])
        size = got[at] if -len(got) <= at < len(got) else None
        picture = len(got) == 4 and int(found["value"]) in _CHANNELS and size in _CHANNELS
        return Arrival("channels" if picture else "size", found["layer"] or found["old"] or "", found["value"], str(size), got)
    if (found := _CHECKED.search(told)) and found["side"] == "input":
        if found["rank"]:
            return Arrival("rank", found["layer"], found["rank"], str(len(shape(found["array"]))), shape(found["array"]))
        return _compared(found["layer"], shape(found["expects"]), shape(found["got"]), batch=False)
    for form in (_WHOLE, _FUNCTIONAL, _FED):
        if found := form.search(told):
            return _compared(found.groupdict().get("layer") or "", shape(found["expects"]), shape(found["got"]), batch=True)
    return _met(told)


def _compared(layer: str, expects: Shape, got: Shape, batch: bool) -> Arrival:
    """Two shapes of one tensor; where the batch axis is not among them, a picture has three axes."""
    if len(expects) != len(got):
        return Arrival("rank", layer, str(len(expects)), str(len(got)), got)
    unlike = [at for at, (one, other) in enumerate(zip(expects, got, strict=True)) if one is not None and other is not None and one != other]
    at = unlike[-1] if unlike else -1
    picture = len(got) == 3 + batch and len(unlike) == 1 and at in (len(got) - 1, int(batch)) and {expects[at], got[at]} <= set(_CHANNELS)
    return Arrival("channels" if picture else "size", layer, str(expects[at]) if got else "", str(got[at]) if got else "", got)


def _met(told: str) -> Arrival | None:
    """What a convolution or a product of matrices says of its two operands."""
    if found := _CONVOLVED.search(told):
        got, expects = (found[names[0]] or found[names[1]] or found[names[2]] or found[names[3]] for names in (("a", "c", "e", "g"), ("b", "d", "f", "h")))
        fault = "channels" if {int(got), int(expects)} <= set(_CHANNELS) else "size"
        return Arrival(fault, "", expects, got)
    if found := _PRODUCT.search(told):
        one, other = shape(found["one"]), shape(found["other"])
        if len(one) > 1 and len(other) > 1:
            return Arrival("size", "", str(other[-2]), str(one[-1]), one)
        return Arrival("size", "", found["b"] or found["d"] or "", found["a"] or found["c"] or "")
    if (found := _OPERANDS.search(told)) and "Dimensions must be equal" in told:
        one, other = shape(found["one"]), shape(found["other"])
        if found["op"].startswith("Conv") and len(one) == 4 == len(other):
            fault = "channels" if {one[-1], other[2]} <= set(_CHANNELS) else "size"
            return Arrival(fault, "", str(other[2]), str(one[-1]), one)
        if "MatMul" in found["op"] and one and other:
            return Arrival("size", "", str(other[-2] if len(other) > 1 else other[0]), str(one[-1]), one)
    return None


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
    if (found := _CHECKED.search(told)) and found["side"] == "target":
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
