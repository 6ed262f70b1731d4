"""Dumps of PyTorch's flight recorders, in which each rank notes the collectives that it called: JSON, or as Python prints it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import Any, NamedTuple

from stepscope.evidence import Collectives, Said, Waited

MARK = "collective_seq_id"
_FILE = re.compile(r"rank_?(?P<rank>\d{1,6})(?:\.\w+)?\b", re.IGNORECASE)
"""The end of a dump's name, in a line above it: `nccl_trace_rank_3.json`."""
_PRINTED = ((re.compile(r"'"), '"'), (re.compile(r"\bTrue\b"), "true"), (re.compile(r"\bFalse\b"), "false"), (re.compile(r"\bNone\b"), "null"))
"""Python's words and JSON's, which are of one length: places stay the same."""
_SAME_SIZE = ("all_reduce", "allreduce", "broadcast", "all_gather", "_all_gather_base", "reduce_scatter", "_reduce_scatter_base")
"""Collectives for which all ranks have to bring tensors of one size."""
GAP = 50
"""Lines between two that were read, from which on they are of different dumps, for all that can be known."""
TRIES = 20
"""Objects that may be cut off, until the rest is left alone."""


class Entry(NamedTuple):
    """A collective that a rank called: in which group, the how-manieth there, over which sizes."""

    rank: int
    group: str
    number: int
    name: str
    sizes: str
    elements: int | None
    ended: bool
    created: int
    whole: bool
    said: Said


def recorded_in(said: Sequence[Said]) -> tuple[Collectives, Said] | None:
    """In what the ranks' calls differ, else what they wait for; None where no recorder was dumped, or where all of a group wait in the same."""
    if not any(MARK in line.text for line in said):
        return None
    voices: dict[str, list[Said]] = defaultdict(list)
    for line in said:
        voices[line.speaker].append(line)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for lines in voices.values():
        for entry in _entries(lines):
            groups[entry.group].append(entry)
    compared = [entries for group, entries in groups.items() if not group.endswith("|")]  # a name alone may be that of several groups
    return next(filter(None, map(_differing, compared)), None) or next(filter(None, map(_waiting, _oldest_first(groups))), None)


def _differing(entries: Sequence[Entry]) -> tuple[Collectives, Said] | None:
    """The first call of a group that is not the same on all ranks."""
    calls: dict[int, dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        calls[entry.number][entry.rank] = entry
    for number in sorted(calls):
        ranks = sorted(calls[number].values())
        if "coalesced" not in "".join(each.name for each in ranks) and len({_form(each) for each in ranks}) > 1:
            told = "; ".join(f"{f'rank {each.rank}' if each.rank >= 0 else 'a rank'}: {each.name} {each.sizes}".strip() for each in ranks[:8])
            return Collectives((), (), ranks[0].name, number, told), ranks[0].said
    return None


def _form(entry: Entry) -> tuple[str, str]:
    return entry.name, entry.sizes if entry.name in _SAME_SIZE else ""


def _oldest_first(groups: dict[str, list[Entry]]) -> list[list[Entry]]:
    """The groups in which somebody waits, the one that was called first before the others: what comes after it may wait for it."""
    waiting = [entries for entries in groups.values() if not all(each.ended for each in entries)]
    return sorted(waiting, key=lambda entries: min(each.created for each in entries if not each.ended))


def _waiting(entries: Sequence[Entry]) -> tuple[Collectives, Said] | None:
    """Who waits in this group, and who has not come. A group of which all members wait in one call is at work, as far as a dump can show."""
    first: dict[int, Entry] = {}
    last: dict[int, int] = {}
    for each in sorted(entries, key=lambda entry: entry.number):
        if each.whole:  # of a dump that is cut off the last calls are not known
            last[each.rank] = each.number
        if not each.ended:
            first.setdefault(each.rank, each)
    number = max(each.number for each in first.values())
    behind = [rank for rank, reached in sorted(last.items()) if reached < number]
    waited = sorted(each for each in first.values() if each.number == number)
    members = set(map(int, re.findall(r"\d+", entries[0].group.partition("|")[2])))
    if not behind and members and members <= set(first):
        return None
    told = tuple(Waited(each.rank, each.name, each.number, each.elements) for each in waited if each.rank >= 0)
    return Collectives(told, tuple(rank for rank in behind if rank >= 0), waited[0].name, number), waited[0].said


def _entries(lines: Sequence[Said]) -> Iterator[Entry]:
    """All calls that are noted in the lines of one voice. Ranks that nothing names count down from -1."""
    text = "\n".join(line.text for line in lines)
    if f"'{MARK}'" in text:
        for pattern, plain in _PRINTED:
            text = pattern.sub(plain, text)
    ends = list(accumulate(len(line.text) + 1 for line in lines))
    rank, seen = -1, 0
    for place, found in _objects(text):
        before, at = bisect_right(ends, seen), bisect_right(ends, place)
        told = next((int(each) for each in (found.get("rank"), *_FILE.findall(text, seen, place)[-1:], lines[at].rank) if each is not None), None)
        if told is not None:
            rank = told
        elif "entries" in found or any(after.line - line.line > GAP for line, after in pairwise(lines[before : at + 1])):
            rank = min(rank, 0) - 1
        members = {name: str(group.get("ranks", "")) for name, group in _dict(found.get("pg_config")).items() if isinstance(group, dict)}
        calls = found.get("entries", [found])  # the calls of a dump that is cut off stand alone
        yield from (entry for call in (calls if isinstance(calls, list) else ()) if (entry := _entry(call, rank, members, lines[at], "entries" in found)))
        seen = place


def _entry(call: Any, rank: int, members: dict[str, str], line: Said, whole: bool) -> Entry | None:
    """One call; None for what is none, or passes between two ranks alone."""
    if not isinstance(call, dict) or call.get("is_p2p") or not isinstance(call.get("state"), str) or not isinstance(call.get(MARK), int):
        return None
    group = call.get("process_group") or [str(call.get("pg_id", ""))]
    name, sizes = str(group[0] if isinstance(group, list) else group), call.get("input_sizes")
    shapes = [size for size in sizes if isinstance(size, list)] if isinstance(sizes, list) else []
    created = call.get("time_created_ns")
    return Entry(
        rank, f"{name}|{members.get(name, '')}", call[MARK], str(call.get("profiling_name", "")).rpartition(":")[2], str(sizes or ""),
        sum(prod(each for each in shape if isinstance(each, int)) for shape in shapes) if shapes else None,
        call["state"] == "completed", created if isinstance(created, int) else 0, whole, line,
    )  # fmt: skip


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The outermost JSON objects that are whole, with their places."""
    read, place, tries = json.JSONDecoder().raw_decode, text.find("{"), 0
    while place >= 0 and tries < TRIES:
        try:
            found, end = read(text, place)
            yield place, found
        except (ValueError, RecursionError):
            tries, end = tries + 1, place + 1
        place = text.find("{", end)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
