"""Shapes out of the sentences of TensorFlow, Keras and JAX: what a layer expected and got, what labels and output were."""

from __future__ import annotations

import re
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
CHECKED = wording(
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
    if (found := CHECKED.search(told)) and found["side"] == "input":
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
