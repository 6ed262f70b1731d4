"""What launchers and loggers put before a line: who speaks, when, how loudly. Peeled off, and kept as facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

SHARE = 0.5
"""The share of lines that must begin with a bare number and a colon, before it is taken for a task's label (srun -l)."""

_SPEAKERS = re.compile(
    r"\[(?:rank|default|local_rank|Rank |RANK )(?P<rank>\d+)\](?:\[rank\d+\])?:?[ ]?"
    r"|\[\d+,(?P<mpi>\d+)\]<std(?:err|out)>:[ ]?"
    r"|\((?P<ray>[\w.]+ pid=\d+(?:, ip=[\d.]+)?)\)[ ]?"
    r"|(?P<pod>[\w.-]{2,60}?) +\| (?=\S| {2}|$)"
    r"|\[pod/(?P<kube>[\w./-]+)\] "
)
_LABEL = re.compile(r"\s{0,4}(?P<task>\d{1,4}): ?")
_TIME = re.compile(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?: std(?:err|out) [FP] | ?\| ?| - |:? ?)"
    r"|\[?\d\d/\d\d(?:/\d{2,4})? \d\d:\d\d:\d\d(?:[.,]\d+)?(?: [AP]M)?\]?(?: - |:? ?)"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?(?: - |:? )(?=\S)"
    r"|\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d+ \d\d:\d\d:\d\d(?: \d{4})?\] ?"
    r"|\[ *\d{1,9}\.\d{6}\] "
)
_GLOG = re.compile(r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d(?:\.\d+)?(?::\d+)?(?:\.\d+)? +\d+ (?P<where>[\w./-]+:\d+)\] ")
_LEVEL = re.compile(
    r"(?:[\w.$\[\]/-]{1,60} ?(?:-|:|\|) ?)?\[?(?P<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\]?(?:(?: ?[:\]|-])+ ?|\s+)(?:[\w.<>]+:[\w.<>]+:\d+ - )?"
)


class Peeled(NamedTuple):
    """A line without what was put before it. `speaker` parts the voices of a log; `level` is how loudly the logger says it."""

    number: int
    text: str
    speaker: str = ""
    rank: int | None = None
    level: str = ""
    timed: bool = False


_LOUDNESS = {"I": "INFO", "W": "WARNING", "E": "ERROR", "F": "FATAL"}


def peel(number: int, text: str, labelled: bool = False) -> Peeled:
    """One line without its prefixes; `labelled` where each line begins with its task's number."""
    peeled = Peeled(number, text)
    for _ in range(4):
        less = _speaker(peeled, labelled) or _clock(peeled)
        if less is None or not peeled.text:
            break
        peeled = less
    return peeled


def _speaker(line: Peeled, labelled: bool) -> Peeled | None:
    found = _SPEAKERS.match(line.text)
    if found and not (found["pod"] and not _is_speaker(found["pod"])):
        told = found["rank"] or found["mpi"]
        rank = int(told) if told and line.rank is None else line.rank
        return line._replace(text=line.text[found.end() :], speaker=line.speaker or next(group for group in found.groups() if group), rank=rank)
    if labelled and not line.speaker and (found := _LABEL.match(line.text)):
        return line._replace(text=line.text[found.end() :], speaker=found["task"], rank=int(found["task"]))
    return None


def _clock(line: Peeled) -> Peeled | None:
    """Without the time, or the level that stands after it."""
    if found := _GLOG.match(line.text):
        return line._replace(text=line.text[found.end() :], level=_LOUDNESS[found["level"]], timed=True)
    if found := _TIME.match(line.text):
        return line._replace(text=line.text[found.end() :], timed=True)
    if line.timed and (found := _LEVEL.match(line.text)):
        return line._replace(text=line.text[found.end() :], level=found["level"])
    return None


def are_labelled(texts: Sequence[str]) -> bool:
    """Whether the lines carry a task's number, as `srun --label` writes it."""
    told = [_LABEL.match(text) for text in texts if text.strip()]
    return len(told) > 4 and sum(found is not None for found in told) >= SHARE * len(told) and len(Counter(f["task"] for f in told if f)) > 1


def _is_speaker(name: str) -> bool:
    """A container's name before a bar (docker compose), not the first cell of a table."""
    return bool(re.search(r"[A-Za-z].*[-_]\d+$", name))
