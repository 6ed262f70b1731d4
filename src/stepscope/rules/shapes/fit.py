"""The feature axis of a layer: what it was built for, beside what arrived there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from stepscope.evidence import Call, Failure, Layer, Tensor, wording

_OTHER_REASONS = wording(r"dtype|scalar type|not implemented for|\bdevice\b|Input type \(|data type|hidden\S* (?:size|batch)|has inconsistent hidden", re.IGNORECASE)
_AXES_OF_NORM = {"BatchNorm1d": (2, 3), "BatchNorm2d": (4,), "BatchNorm3d": (5,)}


@dataclass(frozen=True)
class Fit:
    """`expects` entries on an axis of the tensor that arrived, counted from its end; `dims` are the ranks that the layer takes."""

    arrives: Tensor
    axis: int
    expects: int
    setting: str
    dims: tuple[int, ...] = ()

    @property
    def got(self) -> int:
        """How many entries the axis has."""
        return self.arrives.shape[self.axis]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what arrived."""
        return self.arrives.shape

    @property
    def per_sample(self) -> int:
        """How many numbers one sample has, the first axis being the batch."""
        return prod(self.shape[1:])


def fit_of(layer: Layer, call: Call | None, failure: Failure) -> Fit | None:
    """The feature axis of a layer that takes one, None for other layers and where type or device are what is amiss."""
    arrives = arriving(layer, call)
    if arrives is None or _OTHER_REASONS.search(failure.message):
        return None
    for setting, axis, dims in _axes(layer):
        expects = layer.number(setting)
        if expects is not None and -len(arrives.shape) <= axis < len(arrives.shape):
            return Fit(arrives, axis, expects, setting, dims)
    return None


def arriving(layer: Layer, call: Call | None) -> Tensor | None:
    """The tensor that came to the layer."""
    given = call.operand("input", "query", "src") if call else None
    return given.tensor if given else layer.inputs[0] if layer.inputs else None


def ranks(layer: Layer) -> tuple[int, ...]:
    """The numbers of axes that a layer takes, empty where any will do. From the documentation of PyTorch 2.13."""
    kind = layer.kind
    spatial = _spatial(layer)
    if spatial:
        return (spatial + 1, spatial + 2)
    if kind in _AXES_OF_NORM:
        return _AXES_OF_NORM[kind]
    if kind in ("LSTM", "GRU", "RNN", "MultiheadAttention"):
        return (2, 3)
    if kind.endswith("Cell"):
        return (1, 2)
    pool = re.match(r"(?:Max|Avg|LP|AdaptiveMax|AdaptiveAvg|FractionalMax)Pool([123])d$", kind)
    return (int(pool[1]) + 1, int(pool[1]) + 2) if pool else ()


def _axes(layer: Layer) -> list[tuple[str, int, tuple[int, ...]]]:
    """(setting, axis, ranks) of the kinds of layers that are built for a number of features."""
    return [
        ("in_features", -1, ()),
        ("in_channels", -_spatial(layer) - 1, ranks(layer)),
        ("num_features", 1, ranks(layer)),
        ("num_channels", 1, ()),
        ("input_size", -1, ranks(layer)),
        ("embed_dim", -1, ranks(layer)),
    ]


def _spatial(layer: Layer) -> int:
    """How many spatial axes a convolution has, 0 for other layers."""
    weight = layer.parameters.get("weight")
    return len(weight.shape) - 2 if layer.number("in_channels") is not None and weight is not None else 0
