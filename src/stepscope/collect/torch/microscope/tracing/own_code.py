"""Whether an operator on gradients belongs to the user's own code: to a backward or a hook that the user wrote, or to statements between backward and step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.microscope.tracing.births import Birth

_ENGINE = "_engine_run_backward"
"""The last function of torch's that stands on the stack of what autograd calls (torch 2.3 and newer)."""
_RECOMPUTES = ("torch", "utils", "checkpoint.py")
"""The file of torch's whose activation checkpointing runs the user's forward once more, within backward."""


def own_work(birth: Birth, births: Any, met: str) -> str:
    """What kind of the user's own code the operator belongs to: "own backward", "own gradient" (it worked on gradients that were there), or none."""
    if birth.node is None:
        return "own gradient" if met == "gradient" and births.passed is not None and birth.order >= births.passed else ""
    if _in_own_backward(birth):
        return "own backward"
    return "own gradient" if _in_hook(birth) else ""


def _in_own_backward(birth: Birth) -> bool:
    """Whether a backward that the user wrote was running: it stands on the stack, called by autograd."""
    return any(
        entry[0].f_code.co_name == "apply" and entry[0].f_code.co_filename.endswith("function.py") and "autograd" in entry[0].f_code.co_filename
        for entry in birth.stack
    )


def _in_hook(birth: Birth) -> bool:
    """Whether autograd had called code of the user's: the operator is not that of the node, which may belong to quite another line."""
    codes = [entry[0].f_code for entry in birth.stack]
    engine = max((place for place, code in enumerate(codes) if code.co_name == _ENGINE), default=len(codes))
    files = [code.co_filename for code in codes[engine + 1 :]]
    return any(map(is_users, files)) and not any(Path(file).parts[-3:] == _RECOMPUTES for file in files)
