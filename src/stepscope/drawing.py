"""`stepscope.check` of a data set in Python: every sample is drawn as a loader draws it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from stepscope.diagnose import Report, diagnose
from stepscope.evidence import WHOLE, Expected, Failure, Inventory, Machine, Moment, Observation, Stage, State
from stepscope.finding import Finding, Place, Sample

if TYPE_CHECKING:
    from stepscope.collect.objects.columns import Columns
    from stepscope.collect.objects.looked import Looked

_LOADING = (Stage.DATA, Stage.AUGMENT, Stage.COLLATE, Stage.SETUP)


_BETWEEN = ("split-leak", "preprocessing-differs", "class-name-mismatch")
"""What is told of two splits; the rest is told of each."""


def check_object(name: str, expected: Expected, quick: bool, workers: int, progress: Callable[[int, int], None]) -> Report:
    """Every problem of the data set that `module:object` names: of PyTorch, Keras, tf.data, or anything with samples by index or one after the other.

    Raises ValueError where there is no such object or it is none.
    """
    from stepscope.collect.files.overview import overview_of
    from stepscope.collect.objects.looking import look_at
    from stepscope.collect.objects.together import together

    looks = look_at(name, quick, workers, progress)
    checked = [_checked(looked, expected) for looked in looks]
    report, first = checked[0]
    if len(checked) == 1:
        return replace(report, overview=overview_of(first.images, first.twins, first.boxes, first.inventory))
    whole = together(looks, [columns for _, columns in checked])
    between = diagnose("check", [Observation(whole.images, whole.twins), Observation(whole.flaws, Inventory("object", {}))])
    leaks = [_placed(finding, looks[-1], whole) for finding in between.findings if finding.name in _BETWEEN]
    notes = [f"{looked.name.rpartition(':')[2]}: {note}" for looked, (each, _) in zip(looks, checked, strict=True) for note in each.notes]
    overview = overview_of(whole.images, whole.twins, None, whole.inventory)
    return replace(report, findings=(*leaks, *(finding for each, _ in checked for finding in each.findings)), notes=tuple(notes), overview=overview)


def _checked(looked: Looked, expected: Expected) -> tuple[Report, Columns]:
    """What is told of one data set."""
    from stepscope.collect.objects.columns import columns_of, not_seen

    raised = [finding for key in looked.failures for finding in _raised(looked, key)]
    columns = columns_of(looked, expected)
    seen = Observation(columns.images, columns.twins, columns.flaws, columns.boxes, columns.inventory, expected)
    report = diagnose("check", [seen], [*looked.notes, *not_seen(looked)])
    placed = [_placed(finding, looked, columns) for finding in report.findings]
    return replace(report, findings=(*raised, *placed)), columns


def _raised(looked: Looked, key: str) -> list[Finding]:
    """The finding on an exception, with all samples that raised it on the same line. Of one that no rule knows, the samples are told as lost."""
    positions = [position for position, its in looked.raised.items() if its == key]
    moment = Moment(stage=Stage.DATA if positions else Stage.COLLATE, drawn=True)  # what no sample raised, the loader did
    found = diagnose("check", [Observation(looked.failures[key], moment, Machine())]).findings[:1]
    if not found:
        looked.lost.update((position, (State.CORRUPT, looked.says[position])) for position in positions)
    return [_at_samples(finding, looked, looked.failures[key], positions) for finding in found]


def _at_samples(finding: Finding, looked: Looked, failure: Failure, positions: list[int]) -> Finding:
    """The same finding with all the samples that raised it; with none where a loader did."""
    of_users = next((frame for each in (failure, *failure.causes) for frame in reversed(each.frames) if frame.user), None)
    line = _made_at(looked) if of_users is None else Place(of_users.file, of_users.line, code=of_users.code)
    first = finding.place if any(frame.user for frame in failure.frames) else replace(finding.place, file=line.file, line=line.line, code=line.code)
    if not positions:
        return replace(finding, place=first)
    places = [
        replace(first, samples=(_sample(looked, position),), step=position if looked.batched else None, about="" if at == 0 else looked.says[position])
        for at, position in enumerate(positions)
    ]
    stage = finding.stage if finding.stage in _LOADING else Stage.DATA
    seen = {"samples": f"{len(positions):,} of {looked.count:,}", **finding.seen}
    return replace(finding, stage=stage, seen=seen, place=places[0], places=(*places[1:], *finding.places), count=len(positions))


def _sample(looked: Looked, position: int) -> Sample:
    file = looked.files.get(position)
    return Sample(None if looked.batched else position, None, _near(file) if file else None)


def _made_at(looked: Looked) -> Place:
    """Where the user's code makes a sample."""
    return Place(_near(looked.file) if looked.file else None, looked.line)


def _placed(finding: Finding, looked: Looked, columns: Columns) -> Finding:
    """The same finding, at the line that makes samples, with the sample by its number."""
    line = _made_at(looked)

    def at(place: Place) -> Place:
        which = columns.samples.get(place.file or place.image or "")
        if which is None:
            return place if place.file not in (None, WHOLE) else replace(place, file=line.file, line=line.line)
        samples = (Sample(which.number, which.row, _near(which.file) if which.file else None),) if (which.number, which.row) != (None, None) else ()
        return replace(place, file=line.file, line=line.line, samples=samples, step=which.batch, image=None)

    return replace(finding, place=at(finding.place), places=tuple(map(at, finding.places)))


def _near(path: str) -> str:
    """A path from where the user stands, where it lies below."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near
