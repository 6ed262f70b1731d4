"""Of several failures the one that came first: a rank's exception before its peers' lost connections, a worker's before its loader's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from stepscope.collect.logs.tracebacks import Told
from stepscope.evidence import Failure

_ECHO_TYPES = ("ChildFailedError", "ProcessRaisedException", "ProcessExitedException", "CalledProcessError", "BrokenPipeError", "ConnectionResetError", "SignalException")
_ECHO = re.compile(
    r"Connection (?:closed|reset) by peer|Connection refused|Broken pipe|[Ss]ocket [Tt]imeout|Timed out waiting \d+ ?ms|wait timeout after|timed out|NCCL (?:communicator|watchdog)|ncclRemoteError"
    r"|remote process exited|peer (?:has|may have) (?:died|failed)|Ran out of input|returned non-zero exit status|terminated with (?:exit code|signal)|Store|Some NCCL operations have failed",
)


def in_order(told: Sequence[Told]) -> list[Told]:
    """The failures, the first cause first: what is a consequence by its own words last, else as they stand in the log."""
    return sorted(told, key=lambda each: (each.aside, each.failure.type == "", is_echo(each.failure), each.first))


def is_echo(failure: Failure) -> bool:
    """Whether a failure is, by its own words, what another one led to."""
    return failure.type in _ECHO_TYPES or bool(_ECHO.search(failure.message[:2000])) or (failure.type == "KeyboardInterrupt")


def raised_first(failure: Failure) -> Failure:
    """The exception of a chain that counts: what a worker, another process or the user's own `raise` wraps; a library's word for another stays."""
    chain = [failure, *failure.causes]
    for place, (outer, inner) in enumerate(pairwise(chain)):
        if not _only_wraps(outer, inner):
            rest = chain[:place]
            return replace(outer, causes=(*chain[place + 1 :], *rest[::-1])[:8])
    last = chain[-1]
    return replace(last, causes=tuple(chain[:-1][::-1])[:8])


def _only_wraps(outer: Failure, inner: Failure) -> bool:
    if outer.type in _ECHO_TYPES or outer.passes("reraise") or re.search(r"^Caught \w+ in (?:DataLoader|pin memory|replica)", outer.message):
        return True
    if inner.type in outer.message.splitlines()[0] if outer.message else False:
        return True
    last = outer.innermost
    if last is None or not last.user or inner.type in ("StopIteration", "KeyboardInterrupt"):
        return False
    return bool(re.search(r"\braise\b", last.code)) or (inner.innermost is not None and outer.is_a("NameError"))
