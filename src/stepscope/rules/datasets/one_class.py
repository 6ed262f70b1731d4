"""A classifier has a single class: there is nothing to tell apart.

Why
---
The loss is 0 at once, the accuracy 1, and the model has learnt nothing. Most often the path is one folder too deep or too high: the folder of one class was given,
or the folder above `train` and `val`.

Fix
---
- Give the folder whose subfolders are the classes.

Bad
---
    dataset = ImageFolder("data/train/..")       # data holds one folder: train

Good
----
    dataset = ImageFolder("data/train")
"""

from stepscope.evidence import Inventory, Stage
from stepscope.finding import Confidence, Place, Severity
from stepscope.rule import Rule, Witnessed

ONE_CLASS = Rule("DAT105", Severity.WARNING, stage=Stage.DATA)

_NO_CLASS = frozenset(("images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "data", "all", "unlabeled", "unlabelled", "raw"))
"""Names of folders that hold all images, and are no class."""


@ONE_CLASS.seen_in
def inventory(inventory: Inventory) -> Witnessed:
    if inventory.boxes or len(inventory.classes) != 1 or inventory.per_class is None or inventory.classes[0].lower() in _NO_CLASS:
        return
    name, count = inventory.classes[0], sum(map(sum, inventory.per_class.values()))
    if inventory.layout in ("folders", "table", "parquet", "shards") and count > 1:
        yield ONE_CLASS.found(
            f"all {count:,} samples are of one class, {name!r}", Confidence.LIKELY, severity=Severity.WARNING if any(inventory.samples) else Severity.NOTE, places=[Place("")]
        )
