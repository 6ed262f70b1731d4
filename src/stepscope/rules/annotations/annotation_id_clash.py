"""Ids of an annotation file are used twice or point nowhere.

Why
---
In COCO an annotation finds its picture and its class by their ids. An id that no picture or category has stops the reader, or the evaluation; an
id that two entries share hides one of them.

Fix
---
- Compare the sets: `{a["category_id"] for a in annotations} - {c["id"] for c in categories}`, and the same for images.
- Give ids anew where files were merged: pictures, annotations and categories each from one counter.
- Evaluate on the file that the predictions were made for.

Bad
---
    merged["annotations"] = first["annotations"] + second["annotations"]      # both count from 1

Good
----
    merged["annotations"] = [{**a, "id": number} for number, a in enumerate(chain(first["annotations"], second["annotations"]), 1)]
"""

import re

from stepscope.evidence import Failure, Flaws, Lookup, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

ANNOTATION_ID_CLASH = Rule("ANN103", Severity.ERROR, stage=Stage.DATA)

_WORDS = wording(r"(?P<what>image|category|annotation)[ _]?ids? (?P<id>\d+)? ?(?:is|are|was|occurs?|stands?)? ?(?:not unique|duplicated?|twice)|duplicated? (?P<other>image|category|annotation)[ _]ids?", re.IGNORECASE)

_ID = wording(r"\b(?P<what>image|img|category|cat|annotation|ann)_?id\b", re.IGNORECASE)
_WHOLE = {"img": "image", "cat": "category", "ann": "annotation"}


@ANNOTATION_ID_CLASH.seen_in
def nowhere(failure: Failure, lookup: Lookup) -> Witnessed:
    """A table by ids is asked for the id that an annotation names."""
    found = _ID.search(lookup.asked)
    if found and failure.is_a("KeyError") and lookup.size and lookup.asked[:1] not in "'\"":
        what = found["what"].lower()
        yield ANNOTATION_ID_CLASH.found(
            f"an annotation names {_WHOLE.get(what, what)} {lookup.key}, which is not there",
            Confidence.LIKELY, stage=Stage.DATA,
            seen={"looked up": f"`{lookup.name}[{lookup.asked}]`", "ids": f"{lookup.size:,}: {', '.join(lookup.keys[:3])}, ..."},
        )  # fmt: skip


@ANNOTATION_ID_CLASH.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found and failure.is_a("ValueError", "AssertionError", "KeyError", "RuntimeError"):
        yield ANNOTATION_ID_CLASH.found(
            f"an id of {(found['what'] or found['other']).lower()}s is used twice", Confidence.LIKELY, stage=Stage.DATA, seen={"id": found["id"], "says": failure.message[:250]}
        )


@ANNOTATION_ID_CLASH.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every annotation file of a data set was read."""
    found = flaws.of("id-clash", "id-unknown", "listed-twice")
    if found:
        yield ANNOTATION_ID_CLASH.found(f"{shown(found[0].file, 30)}: {found[0].says}", seen={"places": f"{len(found):,}"}, places=at_flaws(found))
