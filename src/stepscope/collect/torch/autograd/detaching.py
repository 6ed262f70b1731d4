"""Which calls, decorators and blocks take a value out of the autograd graph."""

from __future__ import annotations

import ast

from stepscope.collect.torch.syntax import holds, own_nodes

_METHODS = {
    "detach", "detach_", "item", "tolist", "numpy", "argmax", "argmin", "argsort", "long", "int", "bool", "byte", "short",
    "eq", "ne", "gt", "lt", "ge", "le", "multinomial", "bernoulli", "sample", "nonzero", "__float__",
}  # fmt: skip
_FUNCTIONS = {"tensor", "Tensor", "FloatTensor", "LongTensor", "DoubleTensor", "from_numpy", "float", "int", "bool", "scalar_tensor"}
_LISTS_ONLY = {"as_tensor", "asarray"}
_NUMBERS = {"np", "numpy", "math", "statistics"}
_OFF = ("no_grad", "inference_mode")
_INTEGERS = ("torch.long", "torch.int", "torch.bool", "torch.uint8", "torch.LongTensor", "torch.IntTensor")


def departure(node: ast.Call, name: str) -> str:
    """How a call to this name takes its value out of the graph (`.item()`, `np.array(...)`); empty where the value stays."""
    if not _leaves(node, name):
        return ""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if not owner or owner.partition(".")[0] in (*_NUMBERS, "torch"):
        return f"{ast.unparse(node.func)}(...)"
    return f".{name}()"


def _leaves(node: ast.Call, name: str) -> bool:
    if isinstance(node.func, ast.Attribute):
        owner = ast.unparse(node.func.value)
        if owner.partition(".")[0] in _NUMBERS or name in _METHODS:
            return True
        if name in ("to", "type") and any(ast.unparse(a).startswith(_INTEGERS) for a in [*node.args, *(k.value for k in node.keywords)]):
            return True
        if owner != "torch":
            return False
    return name in _FUNCTIONS or (name in _LISTS_ONLY and bool(node.args) and isinstance(node.args[0], (ast.List, ast.ListComp)))


def switches_off(node: ast.expr) -> bool:
    """Whether a decorator, or what a `with` opens, ends the recording."""
    text = ast.unparse(node)
    return any(word in text for word in _OFF) or "set_grad_enabled(False)" in text


def block_without_grad(function: ast.AST, line: int) -> ast.With | None:
    """The innermost `with` around a line that records nothing; None where an inner one switches recording on again."""
    blocks = [node for node in own_nodes(function) if isinstance(node, ast.With) and holds(node, line)]
    for block in blocks[::-1]:
        text = ast.unparse(block.items[0].context_expr)
        if "enable_grad" in text or "set_grad_enabled(True)" in text:
            return None
        if any(switches_off(item.context_expr) for item in block.items):
            return block
    return None
