"""The classes differ so much in frequency that training or evaluation suffers.

Why
---
A model that always says the frequent class is right most of the time, so the loss falls and the accuracy looks good while the rare classes are never found.

Fix
---
- Look at the metric of each class, not at the mean alone.
- Draw rare classes more often (`WeightedRandomSampler`), or weight the loss (`CrossEntropyLoss(weight=...)`).

Bad
---
    loader = DataLoader(dataset, shuffle=True)           # 9,900 of one class, 12 of the other

Good
----
    loader = DataLoader(dataset, sampler=WeightedRandomSampler(weights, len(dataset)))
"""

from stepscope.evidence import Inventory, Stage
from stepscope.finding import Place, Severity
from stepscope.rule import Rule, Witnessed

CLASS_IMBALANCE = Rule("DAT106", Severity.WARNING, stage=Stage.DATA)

CLEAR, STRONG, OF_BOXES = 20, 100, 1000
"""How many times as many samples the most frequent class has: for a note, for a warning; and for a note where boxes are counted, whose classes usually differ much."""
FEWEST = 50


@CLASS_IMBALANCE.seen_in
def inventory(inventory: Inventory) -> Witnessed:
    counts = inventory.per_class or {}
    split = "train" if sum(counts.get("train", ())) else ""
    of = counts.get(split) if split else tuple(map(sum, zip(*counts.values(), strict=True)))
    met = sorted((count, name) for count, name in zip(of or (), inventory.classes, strict=False) if count)
    if len(met) < 2 or sum(count for count, _ in met) < FEWEST:
        return
    (fewest, rare), (most, frequent) = met[0], met[-1]
    if most >= fewest * (OF_BOXES if inventory.boxes else CLEAR):
        yield CLASS_IMBALANCE.found(
            f"class {frequent!r} has {most:,} samples, {rare!r} has {fewest:,}",
            severity=Severity.WARNING if most >= fewest * STRONG and not inventory.boxes else Severity.NOTE,
            seen={"counted in": split or "all splits", "classes": len(met), "ratio": f"{most / fewest:.0f} to 1"},
            places=[Place("")],
        )
