"""What watchdogs tell of collectives that never came to an end."""

from __future__ import annotations

import re

from stepscope.evidence import Collectives, Log, Said, Waited

_TIMEOUT = re.compile(r"(?:\[Rank (?P<rank>\d+)\] ?(?:\[[^\]]*\] ?)*)?Watchdog caught collective operation timeout: Work\w+\((?:SeqNum=(?P<number>\d+), )?OpType=(?P<operation>\w+)(?:, Tensor\w+=\S+)?(?:, NumelIn=(?P<elements>\d+))?")
_TOLD = re.compile(r"Rank (?P<rank>\d+)\].*(?:Observed (?:timeout|flight recorder dump) signal from another rank|[Ll]ast enqueued(?: NCCL)? work: (?P<enqueued>\d+))")


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
        return None
    return Collectives(tuple(waited.values()), tuple(sorted(others - set(waited)))), first
