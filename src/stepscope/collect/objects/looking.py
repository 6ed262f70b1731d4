"""Every sample of a data set in Python, drawn by processes of its own: one that dies costs the sample that it was at."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

from stepscope.collect.files.inspecting import cores
from stepscope.collect.files.processes import NoWorkers, Outcome, Piece, Pool
from stepscope.collect.objects.looked import Looked
from stepscope.collect.objects.named import NotMade
from stepscope.collect.objects.served import TASK
from stepscope.collect.objects.stream import ENDLESS, Stream
from stepscope.evidence import State

CHUNK = 16
"""Positions that a process is given at once."""
QUICK = 200
"""Positions that are looked at quickly, spread over the data set."""


def look_at(name: str, quick: bool, workers: int, progress: Callable[[int, int], None], part: str = "") -> list[Looked]:
    """Draw the samples of `module:object`, or of each of the data sets that it holds. Raises NotMade."""
    with Pool(TASK, {"object": name, "part": part}, 1) as pool:
        told = _about(pool)
        if "parts" not in told:
            return [_looked(name + part, told, pool, quick, workers, progress)]
    return [looked for each in told["parts"] for looked in look_at(name, quick, workers, progress, each)]


def _looked(name: str, told: dict[str, Any], pool: Pool, quick: bool, workers: int, progress: Callable[[int, int], None]) -> Looked:
    looked = Looked(name, told["length"], told["batched"], tuple(told["classes"]), told["file"], told["line"], collates=told["collates"])
    wanted = _positions(looked, told["stream"], quick)
    chunk = 1 if looked.batched else CHUNK
    pool.wanted = 1 if told["stream"] else max(1, min(workers or cores(), len(wanted) // chunk))
    stream = Stream(looked) if told["stream"] else None
    done = 0
    for outcome in pool.outcomes(_pieces(wanted, chunk, stream)):
        _note(looked, outcome, stream)
        done += len(outcome.piece.items)
        progress(min(done, len(wanted)), looked.length or done)
    if stream:
        looked.notes += stream.notes
        looked.endless, looked.short = stream.endless, stream.short
    elif not looked.batched and looked.rows:
        _ask_again(looked, pool)
    if told["loader"] and not looked.lost:  # it would die, or hang, at the same sample
        _ask_loader(looked, pool)
    return looked


def _ask_again(looked: Looked, pool: Pool) -> None:
    """Draw the first sample again, and one from the middle: that may change what the data set holds."""
    drawn = sorted(looked.rows)
    for position in {drawn[0], drawn[len(drawn) // 2]}:
        for outcome in pool.outcomes(iter([Piece(0, [f"again {position}"])])):
            if outcome.state is None and outcome.message.get("changed"):
                looked.changed.append(position)


def _ask_loader(looked: Looked, pool: Pool) -> None:
    """Let the loader put batches together as it is."""
    for outcome in pool.outcomes(iter([Piece(0, ["loader"])])):
        if outcome.state is not None:
            looked.notes.append(f"its loader gave no batches: {outcome.message}".replace("decoded", "drew"))
        elif "raised" in outcome.message:
            looked.failures.setdefault(outcome.message["raised"], pickle.loads(outcome.payload))
        else:
            looked.loader = outcome.message


def _about(pool: Pool) -> dict[str, Any]:
    """What the data set is. Raises NotMade."""
    try:
        about = next(pool.outcomes(iter([Piece(0, ["about"])])))
    except NoWorkers as problem:
        raise NotMade(f"it could not be made: {problem}") from problem
    if about.state is State.SLOW:
        raise NotMade("importing it took too long: what trains belongs below `if __name__ == '__main__':`")
    if about.state is not None:
        raise NotMade(f"importing it ended the process: {about.message}")
    if "problem" in about.message:
        raise NotMade(about.message["problem"])
    told: dict[str, Any] = about.message
    return told


def _positions(looked: Looked, stream: bool, quick: bool) -> range:
    if stream:
        return range(min(QUICK if quick else ENDLESS, ENDLESS if looked.length is None else looked.length + 1))
    length = looked.length or 0
    step = max(1, length // QUICK) if quick else 1
    if step > 1:
        looked.notes.append(f"one sample in {step} was looked at")
    return range(0, length, step)


def _pieces(wanted: range, size: int, stream: Stream | None) -> Iterator[Piece]:
    for start in range(0, len(wanted), size):
        if stream and stream.is_over:
            return
        yield Piece(start, list(wanted[start : start + size]))


def _note(looked: Looked, outcome: Outcome, stream: Stream | None) -> None:
    """Take what came of a piece."""
    positions = outcome.piece.items
    if outcome.state is not None:
        looked.lost[positions[0]] = (outcome.state, str(outcome.message))
        return
    if isinstance(outcome.message, dict):  # the object could not be made again
        looked.notes.append(outcome.message["problem"])
        return
    for position, came in zip(positions, outcome.message, strict=False):
        if stream and not stream.goes_on(position, came):
            break
        _keep(looked, position, came)
    for key, failure in pickle.loads(outcome.payload).items():
        looked.failures.setdefault(key, failure)


def _keep(looked: Looked, position: int, came: dict[str, Any]) -> None:
    if came.get("file"):
        looked.files[position] = came["file"]
    if "raised" in came:
        looked.raised[position], looked.says[position] = came["raised"], came["says"]
    else:
        looked.rows[position] = came["rows"]
    if came.get("uneven"):
        looked.uneven[position] = came["uneven"]
