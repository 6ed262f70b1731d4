"""The framework call that failed, with what met in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepscope.evidence.tensor import Tensor

Setting = int | float | str | bool | None


@dataclass(frozen=True)
class Operand:
    """One argument of the call: the text a person would search for in the source, and the tensor."""

    name: str
    tensor: Tensor


@dataclass(frozen=True)
class Call:
    """A call of the framework that raised.

    `function` is its name in the framework's words ("cross_entropy", "conv2d", "matmul", "cat", "backward").
    `operands` are the tensors that went in, in order; `settings` its plain arguments (`ignore_index`, `dim`).
    """

    function: str
    operands: tuple[Operand, ...] = ()
    settings: dict[str, Setting] = field(default_factory=dict)

    def operand(self, *names: str) -> Operand | None:
        """The first operand with one of these names."""
        return next((operand for name in names for operand in self.operands if operand.name == name), None)
