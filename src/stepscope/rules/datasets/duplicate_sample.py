"""The same content occurs several times within a split.

Why
---
What occurs twice counts twice: the loss is bent towards it, and a split made later at random puts one copy into training and one into validation.

Fix
---
- Keep one of each group, and remove the others with their annotations.
- If they are meant as a weight, say so in a sampler instead.

Bad
---
    paths = glob("a/*.jpg") + glob("b/*.jpg")            # b holds copies of a

Good
----
    paths = list({sha256(Path(p).read_bytes()).digest(): p for p in glob("*/*.jpg")}.values())
"""

from stepscope.evidence import Flaws, Images, Stage, Twins
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.datasets.groups import places, with_content, within
from stepscope.rules.found import at_flaws, shown

DUPLICATE_SAMPLE = Rule("DAT109", Severity.WARNING, stage=Stage.DATA)


@DUPLICATE_SAMPLE.seen_in
def files(images: Images, twins: Twins) -> Witnessed:
    groups = within(images, with_content(images, twins.same))
    copies = places(images, groups)
    if copies:
        yield DUPLICATE_SAMPLE.found(
            f"{shown(copies[0].file)} is there {len(groups[0])} times",
            seen={"copies": f"{len(copies):,} of {len(images):,} images", "groups": f"{len(groups):,}", "the same": ", ".join(images.paths[row] for row in groups[0][:4])},
            places=copies,
        )


@DUPLICATE_SAMPLE.seen_in
def lists(flaws: Flaws) -> Witnessed:
    """One file, listed twice."""
    found = flaws.of("listed-again")
    if found:
        yield DUPLICATE_SAMPLE.found(f"{shown(found[0].image)} {found[0].says}", seen={"lines": f"{len(found):,}"}, places=at_flaws(found))


@DUPLICATE_SAMPLE.seen_in
def workers(flaws: Flaws) -> Witnessed:
    """Two workers of a loader were asked for their first batch of a stream."""
    found = flaws.of("loader-unsharded")
    if found:
        yield DUPLICATE_SAMPLE.found(
            f"{shown(found[0].file, 30)}: {found[0].says}", seen={"seen": "the first batch of two workers is the same, and another one than the second"}, places=at_flaws(found),
            instead=("Let each worker give its share: in `__iter__`, `worker = get_worker_info()`, then `islice(samples, worker.id, None, worker.num_workers)`.",),
        )  # fmt: skip
