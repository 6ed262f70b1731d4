"""A function of a framework that is called with other arguments than it takes, by Python's own words alone."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, wording
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE, LIBRARIES
from stepscope.rules.sentences import LIKELY

_REFUSED = wording(
    r"^(?P<call>[\w.<>]+)\(\) (?:missing \d+ required (?:positional|keyword-only) arguments?: (?P<lacks>[^\n]{1,80})|got (?P<how>an unexpected keyword argument|multiple values for (?:keyword )?argument) '(?P<name>\w+)'"
    r"|takes (?:no arguments|(?:from )?\d+ (?:to \d+ )?positional arguments?) \(?but \d+)"
)
_ALIASES = LIBRARIES | {"nn", "F", "optim", "tf", "layers", "optimizers", "losses", "callbacks", "metrics", "initializers", "regularizers", "jnp", "lax", "linen", "nnx", "transforms", "pl"}
"""What frameworks and their parts are imported as. Names that a program may well give its own modules (`models`, `data`) are not among them."""


@API_MISUSE.seen_in
def signature(failure: Failure) -> Witnessed:
    found = _REFUSED.search(failure.first_line) if failure.is_a("TypeError") else None
    if found is None or not _of_library(failure, found["call"]):
        return
    name = found["call"].removesuffix(".__init__").removesuffix(".__call__")
    if found["lacks"]:
        told = f"`{name}` is called without {found['lacks']}"
    elif found["name"]:
        told = f"`{name}` takes no `{found['name']}`" if found["how"].startswith("an") else f"`{name}` is given `{found['name']}` twice"
    else:
        told = f"`{name}` is given too many arguments"
    yield API_MISUSE.found(told, LIKELY, seen={"says": failure.first_line[:300]}, fix=(f"Compare the call with the signature of the installed version: `help({name})`.",))


def _of_library(failure: Failure, call: str) -> bool:
    """Whether the function is a framework's: the line that calls it names it by one, or only frames of one are to be seen."""
    users, inner = [frame for frame in failure.frames if frame.user], failure.innermost
    if not users:
        return inner is not None and inner.package in LIBRARIES
    name = re.escape(call.replace(".__init__", "").replace(".__call__", "").rpartition(".")[2])
    used = re.search(rf"(?<![\w.])(?P<root>\w+)\.(?:\w+\.)*{name}\(", users[-1].expression or users[-1].code)
    return inner is not None and inner.user and used is not None and used["root"] in _ALIASES
