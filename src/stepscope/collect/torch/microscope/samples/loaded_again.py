"""A batch that was not finite before the model saw it: its samples are loaded again in a forked child, line by line, to see where that began."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from stepscope.collect.owner import shown
from stepscope.collect.process import channel
from stepscope.collect.torch.forked.fork import ask, can_fork
from stepscope.collect.torch.forked.isolation import isolate
from stepscope.collect.torch.loading.files import BESIDE
from stepscope.collect.torch.loading.indices import own_rows
from stepscope.collect.torch.loading.loader_history import History
from stepscope.collect.torch.microscope.repeating.lines import is_broken, watched
from stepscope.collect.torch.microscope.samples.streams import is_stream, search_stream
from stepscope.collect.torch.microscope.watching.random_states import States
from stepscope.collect.torch.stages import stage_of_frames
from stepscope.collect.torch.tensors import tensors_in
from stepscope.evidence import Frame, Stage

SECONDS = 4.0
"""How long all samples of a batch may take."""
SAMPLES = 128


class Found:
    """Where samples began to be not finite: their rows in the list of indices (none for a stream, or where only their collation did it), and the frames.

    `sound` is true where all of them were loaded again and came out finite. `file` is what a stream has read the sample from.
    """

    def __init__(self, rows: tuple[int, ...], frames: tuple[Frame, ...], sound: bool = False, file: str = "") -> None:
        self.rows = rows
        self.frames = frames
        self.sound = sound
        self.file = file

    @property
    def line(self) -> Frame | None:
        """The user's line that made them so; where that is not known, the head of the loop that takes them."""
        return next((frame for frame in reversed(self.frames) if frame.user), None)

    @property
    def stage(self) -> Stage:
        """The stage that the frames tell: loading, augmentation or collation."""
        told = stage_of_frames(self.frames)
        return told if told in (Stage.AUGMENT, Stage.COLLATE) else Stage.DATA


def ask_samples(history: History, indices: tuple[int, ...], suspects: tuple[int, ...] = ()) -> Found | None:
    """Load the samples of these indices again; None where they cannot be asked.

    `suspects` are rows of them: where chance has a part in their loading, they are loaded until they come out not finite.
    """
    dataset = history.dataset
    if dataset is None or not can_fork():
        return None

    def question(keep: int) -> bytes:
        isolate(keep)
        sys.modules["torch"].set_num_threads(1)
        searched = _search(dataset, history, indices, suspects)
        return json.dumps({**searched._asdict(), "frames": json.loads(channel.encode(searched.frames))}).encode()

    answer = ask(question, SECONDS + 2)
    if answer is None:
        return None
    told = json.loads(answer)
    frames = tuple(piece for one in told["frames"] for piece in channel.decode(json.dumps([one]).encode()))
    return Found(tuple(told["rows"]), frames, told["sound"], BESIDE.join(map(shown, told["files"]))) if frames or told["sound"] else None


class Searched(NamedTuple):
    """What the child has found: the rows, the frames, whether all samples were finite, and of a stream the files of the sample."""

    rows: list[int]
    frames: list[Frame]
    sound: bool = False
    files: Sequence[str] = ()


def _search(dataset: Any, history: History, indices: tuple[int, ...], suspects: tuple[int, ...]) -> Searched:
    until = time.monotonic() + SECONDS
    if is_stream(dataset):
        began, files = search_stream(dataset, history.kept, history.workers, until)
        return Searched([], began, files=files)
    collate = history.collate
    rows: list[int] = []
    frames: list[Frame] = []
    samples: list[Any] = []
    _, own = own_rows(dataset, indices)
    for row, index in enumerate((own or indices)[:SAMPLES]):
        if time.monotonic() > until:
            break
        sample, began = watched(lambda index=index: dataset[index])  # type: ignore[misc]
        samples.append(sample)
        if is_broken(sample):
            rows.append(row)
            frames = frames or began
    if not rows and collate is not None and len(samples) == len(indices):
        batch, began = watched(lambda: collate(samples))
        frames = began if is_broken(batch) else []
        rows = [row for row, sample in enumerate(samples) if frames and is_broken(watched(lambda sample=sample: collate([sample]))[0])]  # type: ignore[misc]
    whole = 0 < len(indices) == len(samples)
    if not frames and suspects and whole:
        rows, frames = _by_chance(dataset, own or indices, suspects, until)
    return Searched(rows, frames, whole and not rows and not frames and all(sample is not None for sample in samples))


def _by_chance(dataset: Any, indices: tuple[int, ...], suspects: tuple[int, ...], until: float) -> tuple[list[int], list[Frame]]:
    """Load the suspects again and again, and once more with the same random numbers when one comes out not finite."""
    states = States()
    while time.monotonic() < until:
        for row in suspects:
            state = states.take()
            with suppress(Exception):
                if is_broken(dataset[indices[row]]):
                    states.put_back(state)
                    return [row], watched(lambda row=row: dataset[indices[row]])[1]  # type: ignore[misc]
    return [], []


def whose_rows(history: History, indices: tuple[int, ...], rows: tuple[int, ...]) -> tuple[int, ...]:
    """Where in the list of indices the samples of these rows of the batch stand, whatever order the user's own collate function made.

    Each sample is loaded and collated alone, and held against the row; padding that it does not have alone is passed over. Empty where not each row
    belongs to exactly one sample.
    """
    dataset, batch, collate = history.dataset, history.kept, history.collate
    if dataset is None or batch is None or collate is None or not can_fork() or len(indices) > SAMPLES:
        return ()

    def question(keep: int) -> bytes:
        isolate(keep)
        sys.modules["torch"].set_num_threads(1)
        _, own = own_rows(dataset, indices)
        alone = [collate([dataset[index]]) for index in own or indices]
        found = [[place for place, one in enumerate(alone) if _is_row(batch, one, row)] for row in rows]
        return json.dumps(found).encode()

    answer = ask(question, SECONDS + 2)
    found = json.loads(answer) if answer else []
    return tuple(places[0] for places in found) if found and all(len(places) == 1 for places in found) else ()


def _is_row(batch: Any, alone: Any, row: int) -> bool:
    """Whether a batch of one sample is this row of a larger batch."""
    pairs = list(zip(tensors_in(batch), tensors_in(alone), strict=False))
    held = [_holds(whole[row], one[0]) for whole, one in pairs if one.dim() and one.shape[0] == 1 and whole.dim() == one.dim() and row < whole.shape[0]]
    return bool(held) and all(held)


def _holds(whole: Any, part: Any) -> bool:
    """Whether a tensor begins with another, and goes on with one value alone."""
    if any(one > other for one, other in zip(part.shape, whole.shape, strict=True)):
        return False
    cut = whole[tuple(slice(0, size) for size in part.shape)]
    same = bool(cut.nan_to_num().equal(part.nan_to_num())) if part.is_floating_point() else bool(cut.equal(part))
    if not same or part.shape == whole.shape:
        return same
    rest = whole.clone()
    rest[tuple(slice(0, size) for size in part.shape)] = whole.reshape(-1)[-1]
    return bool((rest == whole.reshape(-1)[-1]).all())
