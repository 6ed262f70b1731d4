"""The same sample, or almost the same, stands in training and in validation or test.

Why
---
The model has seen the answers: the metric on such samples measures memory, and every choice that is made by it (when to stop, which model) is made by a
wrong number.

Fix
---
- Remove the named samples from one of the splits; from training where the test is fixed.
- Draw the split by content, patient, place or video, after duplicates were removed.

Bad
---
    train, val = random_split(with_copies, [0.8, 0.2])

Good
----
    train, val = random_split(without_copies, [0.8, 0.2])
"""

from stepscope.evidence import Flaws, Images, Stage, Twins
from stepscope.finding import Confidence, Place, Sample, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.datasets.groups import Group, leaks, with_content
from stepscope.rules.found import at_flaws, shown

SPLIT_LEAK = Rule("DAT111", Severity.ERROR, stage=Stage.DATA)


@SPLIT_LEAK.seen_in
def files(images: Images, twins: Twins) -> Witnessed:
    same = [group for group in with_content(images, twins.same) if leaks(images, group)]
    alike = [group for group in with_content(images, twins.alike) if leaks(images, group)]
    for groups, word, confidence, severity in ((same, "", Confidence.CERTAIN, Severity.ERROR), (alike, "almost ", Confidence.LIKELY, Severity.WARNING)):
        if groups:
            found = _places(images, groups)
            headline = f"{_headline(images, groups[0])} hold {word}the same image"
            yield SPLIT_LEAK.found(headline, confidence, severity=severity, seen={"images": f"{len(found):,}", "for one": _pair(images, groups[0])}, places=found)


@SPLIT_LEAK.seen_in
def lists(flaws: Flaws) -> Witnessed:
    """The same file in the lists of two splits, or the same folder named for both."""
    for kind, severity in (("leak", Severity.ERROR), ("leak-folder", Severity.WARNING)):
        found = flaws.of(kind)
        if found:
            headline = f"{shown(found[0].image)} {found[0].says}" if found[0].image else found[0].says
            yield SPLIT_LEAK.found(headline, severity=severity, seen={"images" if found[0].image else "folders": f"{len(found):,}"}, places=at_flaws(found))


def _splits(images: Images, group: Group) -> list[str]:
    return [name for place, name in enumerate(images.splits) if any(images.split[row] == place for row in group)]


def _headline(images: Images, group: Group) -> str:
    return " and ".join(_splits(images, group)[:3])


def _pair(images: Images, group: Group) -> str:
    """One image of each of two splits."""
    pair = [next(images.paths[row] for row in group if images.splits[images.split[row]] == name) for name in _splits(images, group)[:2]]
    return " = ".join(shown(path) for path in pair)


def _places(images: Images, groups: list[Group]) -> list[Place]:
    """Every image that is in a later split than the group's first, with that one."""
    found = []
    for group in groups:
        first = min(group, key=lambda row: (images.split[row] < 0, int(images.split[row]), row))
        others = [row for row in group if images.split[row] >= 0 and images.split[row] != images.split[first]]
        found += [Place(images.paths[row], about=f"stands in {images.splits[images.split[first]]} as {images.paths[first]}", samples=(Sample(file=images.paths[row]),)) for row in others]
    return found
