"""A transform changes the stored sample itself, so that the data set drifts from epoch to epoch.

Why
---
`self.images[i]` is no copy but a view of what is stored. What works in place on it (`-=`, `/=`, `mul_`, `img[...] = 0`) is done to the data set: in the second epoch
the sample is normalised twice, in the third three times, and holes that were cut stay. Loaders with workers hide it, as each epoch gets fresh copies of the process.

Fix
---
- Work on a copy: `image = self.images[i].clone()`, or `.copy()` of an array.
- Or write what makes a new one: `image = (image - mean) / std`.

Bad
---
    def __getitem__(self, i):
        image = self.images[i]
        image -= self.mean
        return image, self.labels[i]

Good
----
    def __getitem__(self, i):
        return self.images[i] - self.mean, self.labels[i]
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

DATA_MUTATED = Rule("AUG103", Severity.ERROR, stage=Stage.AUGMENT)


@DATA_MUTATED.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """A sample was drawn several times."""
    found = flaws.of("changed")
    if found:
        yield DATA_MUTATED.found(
            f"drawing {shown(found[0].file)} changes what is stored", Confidence.LIKELY, places=at_flaws(found),
            seen={"seen": "it is another one each time that it is drawn, in the same memory"},
        )  # fmt: skip
