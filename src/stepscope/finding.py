"""What was decided: a finding, where it points, how grave and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from stepscope.evidence import Stage

__all__ = ["Confidence", "Finding", "Place", "Sample", "Severity", "Stage"]


class Severity(str, Enum):
    """error: the run stops or its result is wrong; warning: the model suffers; note: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(str, Enum):
    """certain: the evidence leaves no other cause; likely: others are rare; possible: one of several."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: its index in the data set, its row in the batch (from 0), the file it was read from."""

    index: int | None = None
    row: int | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look, as precisely as known; each part may be missing. `line` and `column` count from 1.

    `code` is the text of that line, `about` says what stands there ("the layer was built here"). `image` is the image that an annotation is about, `box` the
    corners in it: left, top, right, bottom, in pixels.
    """

    file: str | None = None
    line: int | None = None
    code: str = ""
    about: str = ""
    step: int | None = None
    epoch: int | None = None
    layer: str | None = None
    operator: str | None = None
    rank: int | None = None
    samples: tuple[Sample, ...] = ()
    column: int | None = None
    image: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Finding:
    """One mistake that was found.

    `name` is the slug of the rule, the public name of the cause. `seen` are the facts, in the order to be read.
    `alternatives` are other mistakes that the evidence allows, where it is not certain.
    `places` are the other places of the same finding. `count` says how often it was seen.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    stage: Stage
    headline: str
    place: Place = Place()
    places: tuple[Place, ...] = ()
    count: int = 1
    seen: dict[str, str] = field(default_factory=dict)
    why: str = ""
    alternatives: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
