"""A tensor as it was seen: shape, type, device and range, never its content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """Facts of one tensor.

    `dtype` and `device` are the framework's own words without their prefix ("float32", "cuda:0"). `minimum`
    and `maximum` leave NaN out, and are None where the values cannot be read (meta device, dead context).
    `nan` and `infinite` count elements.
    """

    shape: tuple[int, ...]
    dtype: str
    device: str = "cpu"
    minimum: float | None = None
    maximum: float | None = None
    nan: int = 0
    infinite: int = 0
    requires_grad: bool = False

    @property
    def integral(self) -> bool:
        """Whether the elements are whole numbers."""
        return self.dtype.startswith(("int", "uint", "long", "short"))

    @property
    def size(self) -> str:
        """The shape as a reader writes it: (8), (8, 1)."""
        return f"({', '.join(map(str, self.shape))})"

    def __str__(self) -> str:
        text = f"{self.dtype}[{', '.join(map(str, self.shape))}]"
        if self.minimum is not None and self.maximum is not None:
            text += f" from {self.minimum:.6g} to {self.maximum:.6g}"
        if self.nan:
            text += f", {self.nan} NaN"
        if self.infinite:
            text += f", {self.infinite} infinite"
        return text if self.device == "cpu" else f"{text} on {self.device}"
