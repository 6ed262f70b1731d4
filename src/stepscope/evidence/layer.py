"""A layer of the model: its path, its class, what it was built with, where it was built."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepscope.evidence.call import Setting
from stepscope.evidence.failure import Frame
from stepscope.evidence.tensor import Tensor


@dataclass(frozen=True)
class Layer:
    """The innermost module that was at work.

    `path` is the attribute path from the model ("backbone.layer3.0.conv1"), empty for the model itself;
    `model` the class of the outermost module. `settings` are the layer's plain attributes (`in_features`,
    `num_embeddings`, ...), `parameters` its own tensors. `definition` is the line that built it.
    `container` is the class of the module that holds it.
    """

    path: str
    kind: str
    model: str
    settings: dict[str, Setting] = field(default_factory=dict)
    parameters: dict[str, Tensor] = field(default_factory=dict)
    definition: Frame | None = None
    container: str = ""
    training: bool = True
    inputs: tuple[Tensor, ...] = ()

    def __str__(self) -> str:
        return f"`{self.path or self.model}`, {self.signature}"

    @property
    def signature(self) -> str:
        """The layer as one would write it: Linear(512, 10)."""
        names = _SHOWN.get(self.kind, ())
        return f"{self.kind}({', '.join(str(self.settings[name]) for name in names if name in self.settings)})"

    def number(self, *names: str) -> int | None:
        """The first of these settings that is a whole number."""
        for name in names:
            value = self.settings.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        return None


_SHOWN = {
    "Linear": ("in_features", "out_features"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LayerNorm": ("normalized_shape",),
    "LSTM": ("input_size", "hidden_size"),
    "GRU": ("input_size", "hidden_size"),
    "RNN": ("input_size", "hidden_size"),
    **{f"Conv{n}d": ("in_channels", "out_channels") for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": ("in_channels", "out_channels") for n in (1, 2, 3)},
    **{f"BatchNorm{n}d": ("num_features",) for n in (1, 2, 3)},
}
