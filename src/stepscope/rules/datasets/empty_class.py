"""A declared class has no sample.

Why
---
The head has an output that never learns anything, and the mean of the metrics over classes counts a class that nobody can get right (or divides by 0).

Fix
---
- Look for a misspelt folder or name, or for a filter that dropped its samples.
- If the class is meant to be empty, take it out of the list of names.

Bad
---
    names = ["cat", "dog", "bird"]             # no image shows a bird

Good
----
    names = ["cat", "dog"]
"""

from stepscope.evidence import Inventory, Stage
from stepscope.finding import Place, Severity
from stepscope.rule import Rule, Witnessed

EMPTY_CLASS = Rule("DAT104", Severity.WARNING, stage=Stage.DATA)


@EMPTY_CLASS.seen_in
def inventory(inventory: Inventory) -> Witnessed:
    counts = inventory.per_class or {}
    if not any(map(sum, counts.values())):
        return
    total = [sum(of) for of in zip(*counts.values(), strict=True)]
    nowhere = [name for name, count in zip(inventory.classes, total, strict=False) if not count]
    if nowhere:
        yield EMPTY_CLASS.found(f"no sample of class {nowhere[0]!r}{_more(nowhere)}", seen={"classes without": ", ".join(nowhere[:10]), "classes": len(total)}, places=[Place("")])
    for split, of in counts.items():
        if (split == "train" and sum(map(bool, of)) == 1 and len(of) > 1) or (not split and "train" in counts):
            continue  # anomalies are detected so, trained on what is right alone; or what lies beside the splits is not trained on
        missing = [name for name, count, all_of in zip(inventory.classes, of, total, strict=False) if all_of and not count]
        if missing and sum(of):
            yield EMPTY_CLASS.found(
                f"no sample of class {missing[0]!r}{_more(missing)} in {split or 'the rest'}",
                severity=Severity.WARNING if split in ("", "train") else Severity.NOTE,
                seen={"classes without": ", ".join(missing[:10]), "samples of the split": f"{sum(of):,}"},
                places=[Place("")],
            )


def _more(names: list[str]) -> str:
    return f" and of {len(names) - 1} others" if len(names) > 1 else ""
