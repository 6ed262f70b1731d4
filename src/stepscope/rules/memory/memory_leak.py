"""Memory grows from step to step, because something that belongs to a step is kept.

Why
---
A step's tensors go when nothing holds them. A list of losses, a running sum of a loss that still has its graph, a cache without a bound, outputs that are collected
over an epoch, hold each step's memory, until a request is refused at a line that is not at fault.

Fix
---
- Keep numbers, not tensors: `total += loss.item()`, `outputs.append(y.detach().cpu())`.
- Look at what is appended or cached in each step, and at `functools.lru_cache` on methods of a data set.
- Compare `torch.cuda.memory_allocated()` (or the resident memory) after two steps of the same shape: it should not differ.

Bad
---
    total += loss                      # keeps the graph of each step

Good
----
    total += loss.item()
"""

import re
from itertools import pairwise

from stepscope.evidence import Log, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

MEMORY_LEAK = Rule("MEM104", Severity.ERROR, stage=Stage.LOGGING)

POINTS = 5
"""Reports of memory from which a course is read."""
GREW = 2.0
"""How many times the memory of the beginning it has to reach."""
_NAME = re.compile(r"\bmem|memory|\brss\b|\bv?ram\b|alloc", re.IGNORECASE)
_OTHER = re.compile(r"free|avail|total|limit|peak|max|capacity|reserved", re.IGNORECASE)


@MEMORY_LEAK.seen_in
def grows(log: Log) -> Witnessed:
    """A log that reports memory, which grows all along, not only while the first steps warm up."""
    for name, values in log.series.items():
        if not _NAME.search(name) or _OTHER.search(name) or len(values) < POINTS or not _rises(values[1:]):
            continue
        yield MEMORY_LEAK.found(
            f"memory grew from {values[1]:.4g} to {values[-1]:.4g} over {len(values)} reports",
            Confidence.LIKELY,
            stage=Stage.LOGGING,
            seen={"reported as": name, "course": ", ".join(f"{value:.4g}" for value in values[:: max(1, len(values) // 6)])},
        )
        return


def _rises(values: tuple[float, ...]) -> bool:
    """Nearly each value above the one before, in the second half as in the first, to a multiple of the first."""
    steps = [after - before for before, after in pairwise(values)]
    half = len(steps) // 2
    rising = [sum(step > 0 for step in part) >= 0.8 * len(part) > 0 for part in (steps[:half], steps[half:])]
    middle = values[len(values) // 2]
    return all(rising) and values[0] > 0 and values[-1] >= GREW * values[0] and values[-1] - middle >= 0.25 * (middle - values[0])
