"""Almost the same image occurs several times within a split.

Why
---
Frames of one video, the same photo in two sizes, a mirrored copy: it counts several times, and a split made later at random leaks.

Fix
---
- Keep one of each group, or draw the split by video, patient or place, so that a group stays together.

Bad
---
    train, val = random_split(frames, [0.8, 0.2])         # neighbouring frames land on both sides

Good
----
    train, val = GroupShuffleSplit(test_size=0.2).split(frames, groups=video_of)
"""

from stepscope.evidence import Images, Stage, Twins
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.datasets.groups import places, with_content, within
from stepscope.rules.found import shown

NEAR_DUPLICATE_SAMPLE = Rule("DAT110", Severity.NOTE, stage=Stage.DATA)


@NEAR_DUPLICATE_SAMPLE.seen_in
def files(images: Images, twins: Twins) -> Witnessed:
    groups = within(images, with_content(images, twins.alike))
    copies = places(images, groups)
    if copies:
        yield NEAR_DUPLICATE_SAMPLE.found(
            f"{shown(copies[0].file)} is almost the same as {shown(images.paths[groups[0][0]], 25)}",
            Confidence.LIKELY,
            seen={"images": f"{len(copies):,} of {len(images):,}", "groups": f"{len(groups):,}"},
            places=copies,
        )
