"""Where NaN and infinity are born: every operator of a repeated step, with what went in and what came out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.microscope.repeating.operands import (
    changed,
    held_by_sparse,
    is_finite,
    scalars,
    stack_here,
    storage,
    tensors,
    unread,
)
from stepscope.collect.torch.tensors import tensor_of
from stepscope.evidence import Tensor

PICKS = ("slice", "index", "index_select")
"""Operators that take rows."""
JOINS = "cat"
"""The operator that puts rows behind rows."""
MADE_OF_NOTHING = ("empty", "new_empty", "empty_like", "empty_strided", "new_empty_strided", "_empty_affine_quantized", "resize_")
"""Operators whose result is whatever the memory held."""
CONSTANTS = ("full", "full_like", "new_full", "fill", "fill_", "masked_fill", "masked_fill_", "scalar_tensor", "lift_fresh", "index_fill", "index_fill_")
"""Operators that put an infinity where the program asks for one."""

_TRANSFORMS = "_functorch"
"""The folder of torch in which its function transforms stand."""


@dataclass
class Link:
    """A tensor that went into an operator: what it held, and what made it (None where it was there before the step)."""

    tensor: Any
    nan: bool
    infinite: bool
    source: Birth | None = None

    @property
    def finite(self) -> bool:
        return not (self.nan or self.infinite)


@dataclass
class Birth:
    """An operator whose output holds NaN or infinity.

    `operator` is its name ("aten.log"); `node` the number of the autograd node that was at work, None in a forward pass; `seen` are the
    facts of what went in, as it was before the operator ran.
    """

    operator: str
    output: Any
    nan: bool
    infinite: bool
    links: list[Link]
    stack: list[Entry]
    node: int | None = None
    node_name: str = ""
    seen: list[Tensor] = field(default_factory=list)
    scalars: tuple[Any, ...] = ()
    again: Any = None
    order: int = 0
    of_weights: bool = False
    """Whether a weight had a part in what went in."""

    @property
    def name(self) -> str:
        """The operator's bare name: "log"."""
        return self.operator.rpartition(".")[2]

    @property
    def has_entered(self) -> bool:
        """Whether its values came from outside of PyTorch: out of an array, a list or a number."""
        return self.name == "lift_fresh"

    @property
    def is_constant(self) -> bool:
        """Whether an infinity was asked for here: a mask's, or a running minimum's start."""
        asked = any(isinstance(value, float) and math.isinf(value) for value in self.scalars)
        return self.name in CONSTANTS and not self.nan and all(link.finite for link in self.links) and (asked or not self.links)


class _Call(NamedTuple):
    """An operator's call: what was given, the autograd node at work, and what the tensors that it writes over were before.

    `written` are these, and those that it does not read, by identity: they are no inputs.
    """

    func: Any
    name: str
    args: Any
    kwargs: Any
    node: Any
    before: list[Link]
    counted: list[Tensor]
    written: set[int]


class Births(TorchDispatchMode):  # type: ignore[misc]
    """A dispatch mode that looks at the output of every operator, and notes those that are not finite.

    Each output is screened by its sum (a tenth of the cost of `isfinite`); what the screen stops is looked at.
    """

    def __init__(self) -> None:
        super().__init__()
        self.births: list[Birth] = []
        self.sites: dict[int, list[Entry]] = {}
        self.nodes: dict[int, str] = {}
        """Of the nodes of a derivative's own graph: the node of the forward pass that they stand for."""
        self.written: dict[int, list[Entry]] = {}
        """Where a tensor was first written over, by storage."""
        self.passed: int | None = None
        """The births there were when the last operator of a backward pass ran; None where none did."""
        self.picked: list[tuple[Any, tuple[int, ...]]] = []
        self.joined: list[list[int]] = []
        """How many rows each part had of what was joined to one tensor."""
        self._by_storage: dict[int, Birth] = {}
        self._raw: dict[int, Any] = {}
        self._number = -1
        self._of_weights: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """What torch would wrap around `__torch_dispatch__` loads the compiler, which takes a second, and stands in every stack."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        written = changed(func, args, kwargs)
        idle = unread(func, args)
        filled = [tensor for tensor in written if not self.was_never_filled(tensor) and id(tensor) not in idle]
        before = [self._link(tensor) for tensor in filled if not is_finite(tensor)]
        counted = [tensor_of(tensor) for tensor in filled if tensor.is_floating_point()]
        output = func(*args, **kwargs)
        node = torch._C._current_autograd_node()
        number = torch._C._autograd._get_sequence_nr() - 1
        if node is None and number not in self.sites:
            self._note_site(number)
        elif node is not None and number > self._number:
            self._note_second(number, node)
        self._number = number
        name = func.__name__.partition(".")[0]
        if node is None and name in PICKS:
            self._note_pick(name, args)
        if node is None and name == JOINS and args[1:] in ((), (0,)):
            self.joined.append([int(part.shape[0]) for part in args[0]])
        for tensor in written:
            self._note_writing(tensor)
        call = _Call(func, name, args, kwargs, node, before, counted, {*map(id, written), *idle})
        of_weights = any(tensor.requires_grad or storage(tensor) in self._of_weights for tensor in tensors((args, kwargs)))
        for one in tensors(output) or written:  # those that change a list of tensors give nothing
            (self._of_weights.add if of_weights else self._of_weights.discard)(storage(one))
            self._see(one, call)
        if node is not None:
            self.passed = len(self.births)
        return output

    def _see(self, output: Any, call: _Call) -> None:
        func, name, args, kwargs, node, before, counted, written = call
        place = storage(output)
        if name in MADE_OF_NOTHING:
            self._raw[place] = output
            return
        if is_finite(output):
            if not before:
                return
            self._by_storage.pop(place, None)
            return
        inputs = [tensor for tensor in tensors((args, kwargs)) if tensor is not output and id(tensor) not in written]
        is_view = place in map(storage, (*inputs, *held_by_sparse(args)))
        if not before and is_view and not func._schema.is_mutable:
            return
        links = [*before, *(self._link(tensor) for tensor in inputs)]
        has_nan = bool(output.isnan().any())
        is_new = all(link.finite for link in links) or (has_nan and not any(link.nan for link in links))
        birth = Birth(
            operator=f"{func.namespace}.{name}",
            output=output,
            nan=has_nan,
            infinite=bool(output.isinf().any()),
            links=links,
            stack=stack_here(),
            node=None if node is None else int(node._sequence_nr()),
            node_name="" if node is None else str(node.name()),
            seen=[*counted, *(tensor_of(tensor) for tensor in inputs)] if is_new else [],
            scalars=tuple(scalars((args, kwargs))),
            again=(func, args, kwargs) if not func._schema.is_mutable else None,
            order=len(self.births),
            of_weights=any(tensor.requires_grad or storage(tensor) in self._of_weights for tensor in inputs),
        )
        self.births.append(birth)
        self._by_storage[place] = birth

    def _note_site(self, number: int) -> None:
        """The line of an operator's node. Under `torch.func` it has one for each level of autograd that it goes through, the innermost first."""
        stack = stack_here()
        is_transformed = any(_TRANSFORMS in entry[0].f_code.co_filename for entry in stack)
        for each in range(self._number + 1 if is_transformed else number, number + 1):
            self.sites.setdefault(each, stack)

    def _note_second(self, number: int, node: Any) -> None:
        """What a backward pass computes with a graph of its own (`create_graph`) stands where the operator does that it is the backward of."""
        first = int(node._sequence_nr())
        for each in range(self._number + 1, number + 1) if first in self.sites else ():
            self.sites.setdefault(each, self.sites[first])
            self.nodes.setdefault(each, self.nodes.get(first, str(node.name())))

    def _link(self, tensor: Any) -> Link:
        if is_finite(tensor):
            return Link(tensor, False, False)
        return Link(tensor, bool(tensor.isnan().any()), bool(tensor.isinf().any()), self.source(tensor))

    def _note_writing(self, tensor: Any) -> None:
        place = storage(tensor)
        self._raw.pop(place, None)
        if place not in self.written:
            self.written[place] = stack_here()

    def _note_pick(self, name: str, args: Any) -> None:
        """Rows that the program takes of a larger tensor: in a loop without a loader these are the samples of the batch."""
        whole = args[0]
        if whole.requires_grad or not whole.dim():
            return
        if name == "slice" and (len(args) < 2 or args[1] == 0):
            size = int(whole.shape[0])
            rows = range(size)[slice(*(args[2:5] if len(args) > 2 else (None,)))]
            if 0 < len(rows) < size:
                self.picked.append((whole, tuple(rows)))
        index = args[1][0] if name == "index" and args[1] else args[2] if name == "index_select" and args[1] == 0 else None
        if index is not None and index.dim() == 1 and not index.is_floating_point():
            chosen = index.nonzero().flatten() if index.dtype == torch.bool else index
            self.picked.append((whole, tuple(chosen.tolist())))

    def source(self, tensor: Any) -> Birth | None:
        """What made the values of this tensor not finite, as far as it was seen."""
        return self._by_storage.get(storage(tensor))

    def was_never_filled(self, tensor: Any) -> bool:
        """Whether the tensor is memory that no operator has written to."""
        return storage(tensor) in self._raw
