"""What watchdogs tell of collectives that never came to an end."""

from __future__ import annotations

import re

from stepscope.evidence import Collectives, Log, Said, Waited

NEAR = 64
"""Lines after Horovod's warning in which the ranks that it misses stand."""
_TIMEOUT = re.compile(r"(?:\[Rank (?P<rank>\d+)\] ?(?:\[[^\]]*\] ?)*)?Watchdog caught collective operation timeout: Work\w+\((?:SeqNum=(?P<number>\d+), )?OpType=(?P<operation>\w+)(?:, Tensor\w+=\S+)?(?:, NumelIn=(?P<elements>\d+))?")
_TOLD = re.compile(r"Rank (?P<rank>\d+)\].*(?:Observed (?:timeout|flight recorder dump) signal from another rank|[Ll]ast enqueued(?: NCCL)? work: (?P<enqueued>\d+))")

_STALLED = re.compile(r"submitted to be reduced, gathered or broadcasted by subset of ranks and are waiting for remainder of ranks")
"""Horovod's coordinator, which sees what each rank has asked for. The ranks that have not stand in the lines below, or behind each tensor."""
_MISSING = re.compile(r"\s*(?P<rank>\d+): \[")
_MISSING_IN = re.compile(r"[Mm]issing ranks: *(?P<ranks>\d[\d, ]*)")

_ANALYSED = re.compile(r"Not all ranks joining collective, sequence number: (?P<missed>\d+)|Collective sequence number: (?P<number>\d+) has errors")
"""The first collective that PyTorch's analysis of its flight recorders (`torchfrtrace`) finds fault with."""
_FIELD = re.compile(r"(?P<name>collective|missing ranks|error msg): (?P<value>.{1,300})")


def collectives_in(log: Log) -> tuple[Collectives, Said] | None:
    """The collectives that timed out, the first of each rank; None where none did."""
    waited: dict[int, Waited] = {}
    others: set[int] = set()
    first: Said | None = None
    for said in log.said:
        if found := _TIMEOUT.search(said.text):
            rank = int(found["rank"]) if found["rank"] else said.rank
            if rank is not None and rank not in waited:
                number, elements = (int(value) if value else None for value in (found["number"], found["elements"]))
                waited[rank] = Waited(rank, found["operation"], number, elements)
                first = first or said
        elif told := _TOLD.search(said.text):
            others.add(int(told["rank"]))
    if first is None:
        return _analysed(log) or _stalled(log)
    return Collectives(tuple(waited.values()), tuple(sorted(others - set(waited)))), first


def _stalled(log: Log) -> tuple[Collectives, Said] | None:
    """The ranks that Horovod misses."""
    told = log.find(_STALLED)
    if told is None:
        return None
    missing: set[int] = set()
    for said in log.said:
        if 0 <= said.line - told.said.line <= NEAR and said.speaker == told.said.speaker:
            if found := _MISSING.match(said.text):
                missing.add(int(found["rank"]))
            for each in _MISSING_IN.finditer(said.text):
                missing.update(int(rank) for rank in each["ranks"].replace(",", " ").split())
    return Collectives((), tuple(sorted(missing))), told.said


def _analysed(log: Log) -> tuple[Collectives, Said] | None:
    """What PyTorch's flight recorders show of the ranks' calls: who is missing, or in what they differ."""
    told = log.find(_ANALYSED)
    if told is None:
        return None
    fields: dict[str, str] = {}
    for said in log.said:
        if 0 < said.line - told.said.line <= NEAR and (found := _FIELD.search(said.text)):
            fields.setdefault(found["name"], found["value"].strip())
    missing = tuple(sorted(int(rank) for rank in re.findall(r"\d+", fields.get("missing ranks", ""))))
    differs = fields.get("error msg", "") if told.match["number"] else ""
    if not (missing or differs):
        return None
    return Collectives((), missing, fields.get("collective", ""), int(told.match["missed"] or told.match["number"]), differs), told.said
