"""Of several failures the one that came first: a rank's exception before its peers' lost connections, a worker's before its loader's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from stepscope.collect.logs.progress import Series, goes_on
from stepscope.collect.logs.tracebacks import Told
from stepscope.evidence import Failure, Log

_ECHO_TYPES = ("ChildFailedError", "ProcessRaisedException", "ProcessExitedException", "CalledProcessError", "BrokenPipeError", "ConnectionResetError", "SignalException")
_ECHO = re.compile(
    r"Connection (?:closed|reset) by peer|Connection refused|Broken pipe|[Ss]ocket [Tt]imeout|Timed out waiting \d+ ?ms|wait timeout after|timed out|NCCL (?:communicator|watchdog)|ncclRemoteError"
    r"|remote process exited|peer (?:has|may have) (?:died|failed)|Ran out of input|returned non-zero exit status|terminated with (?:exit code|signal)|Store|Some NCCL operations have failed",
)
_COMPILERS = re.compile(r"[Cc]ommand '?\[?'?[^\n]{0,200}?(?:gcc|g\+\+|clang|cl\.exe|cc1plus|nvcc|ninja|ptxas)\b")
"""Commands whose failure is their caller's own, no rank's."""

END = 6
"""Lines at the end of a log in which a program says that it is through."""
_THROUGH = re.compile(r"\b(?:finished|done|completed?|all epochs|training (?:ended|is over)|best (?:model|epoch|acc\w*|score|metric)|max_(?:epochs|steps)=|exit(?:ed with)? code 0)\b", re.IGNORECASE)
_RECOVERED = re.compile(r"fall(?:ing|s)? back|will (?:be )?retr|retrying|reconnect|resum(?:ed|ing)|resolved|continuing|proceeding without|skipping this", re.IGNORECASE)
"""Words of a program that goes on without what has failed."""
_NOT_THROUGH = re.compile(r"error|fail|abort|kill|not (?:done|finished|complete)|incomplete|exception", re.IGNORECASE)


def in_order(told: Sequence[Told]) -> list[Told]:
    """The failures, the first cause first: what is a consequence by its own words last, else as they stand in the log."""
    return sorted(told, key=lambda each: (each.aside, each.failure.type == "", is_echo(each.failure), each.first))


def is_echo(failure: Failure) -> bool:
    """Whether a failure is, by its own words, what another one led to."""
    if _COMPILERS.search(failure.message[:2000]):
        return False
    return failure.type in _ECHO_TYPES or bool(_ECHO.search(failure.message[:2000])) or (failure.type == "KeyboardInterrupt")


def is_overcome(told: Sequence[Told], log: Log, series: Series) -> bool:
    """Whether the program handled the one exception that the log shows: it trained on, and says there that it goes on without, or at its end that it is through."""
    raised = [each for each in told if not each.aside]
    if len(raised) != 1 or not goes_on(series, raised[0].last):
        return False
    near = [said for said in log.said if -3 <= said.line - raised[0].first < 0 or 0 < said.line - raised[0].last <= 4]
    more = raised[0].failure.message.partition("\n")[2]  # a line of the program's own, right below the exception's
    if _RECOVERED.search(more) or any(_RECOVERED.search(said.text) for said in near):
        return True
    return any(_THROUGH.search(said.text) and not _NOT_THROUGH.search(said.text) for said in log.said[-END:] if said.line > raised[0].last)


def passed_over(told: Sequence[Told], series: Series) -> list[Told]:
    """The failures, those set aside that were caught and trained on after, until another came: what that one stands for, they do not.

    A traceback of Python's begins where its exception was caught: one that begins in a function of the user's was not the end of its process.
    """
    last = {each.speaker: each.first for each in told if not each.aside and each.failure.type and not is_echo(each.failure)}
    return [replace(each, aside=True) if _was_caught(each) and goes_on(series, each.last, last.get(each.speaker, 0)) else each for each in told]


def _was_caught(told: Told) -> bool:
    outer = next(iter(told.failure.frames), None)
    return outer is not None and outer.user and outer.name.isidentifier()


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
