"""Following links in the data folder comes back to where it began.

Why
---
A link that leads to its own folder, or two links that lead to each other, have no end to follow: the system gives up after some forty.

Fix
---
- Remove the link that closes the circle (`find . -type l -ls` lists all of them).
- Walk without following links: `os.walk(root)` does so by default.

Bad
---
    ln -s ../data data/all        # data/all/all/all/...

Good
----
    ln -s /disk/photos data/photos
"""

from stepscope.evidence import Failure, Flaws, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

LINK_LOOP = Rule("DAT108", Severity.ERROR, stage=Stage.DATA)
_ELOOP = (40, 62)


@LINK_LOOP.seen_in
def too_many_levels(failure: Failure) -> Witnessed:
    if (failure.errno in _ELOOP and failure.says("symbolic links")) or failure.says("symlink loop"):
        yield LINK_LOOP.found(
            "links lead in a circle", seen={"asked for": failure.filename, "says": failure.message[:200]}
        )


@LINK_LOOP.seen_in
def links(flaws: Flaws) -> Witnessed:
    """A loader that follows links reads every file below them again and again, or twice."""
    for kind, words, severity in (("loop", "leads back to a folder that it lies in", Severity.ERROR), ("linked-twice", "leads to a folder that is there already", Severity.WARNING)):
        places = at_flaws(flaws.of(kind))
        if places:
            yield LINK_LOOP.found(f"{shown(places[0].file)} {words}", severity=severity, seen={"links": f"{len(places):,}"}, places=places)
