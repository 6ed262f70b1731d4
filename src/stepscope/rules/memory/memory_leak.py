"""Memory grows from step to step, because something is kept.

Why
---
A list of losses with their graphs, features kept on the device, a hook's outputs, a cache without a bound: every step keeps a little, until there is
no room. The batch size decides only how soon.

Fix
---
- Keep numbers, not tensors: `losses.append(loss.item())`, `features.append(out.detach().cpu())`.
- Validate under `torch.no_grad()`, and clear what a metric or a hook has collected at the end of each epoch.
- Print `torch.cuda.memory_allocated()` every hundred steps: where it rises is where something is kept.

Bad
---
    total += criterion(model(x), y)

Good
----
    total += criterion(model(x), y).item()
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from stepscope.evidence import Death, Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed

MEMORY_LEAK = Rule("MEM104", Severity.ERROR, stage=Stage.LOGGING)

LEAST, GROWTH, RISING = 5, 1.5, 0.8
"""How many values are needed, how much more the last is than the first, and the share of steps that rise, to the very end."""

_MEMORY = wording(r"\b(?:mem|memory|rss|vram|ram|alloc(?:ated)?|gpu_mem|reserved|cuda)\b", re.IGNORECASE)
_LIMIT = wording(r"free|avail|total|limit|capacity|percent|util", re.IGNORECASE)
_OUT = ("out of memory", "unable to allocate", "cannot allocate memory", "can't allocate memory", "not enough memory", "is killed by signal: killed", "std::bad_alloc")


@MEMORY_LEAK.seen_in
def exhausted(failure: Failure, log: Log) -> Witnessed:
    if failure.says(*_OUT) or failure.is_a("OutOfMemoryError", "MemoryError"):
        yield from _grown(log, failure.first_line)


@MEMORY_LEAK.seen_in
def killed(death: Death, log: Log) -> Witnessed:
    if death.signal == "SIGKILL":
        yield from _grown(log, death.told_by or death.fatal)


def _grown(log: Log, end: str) -> list[Draft]:
    for name, values in log.series.items():
        if _MEMORY.search(name.replace("_", " ")) and not _LIMIT.search(name) and _rises(values):
            return [MEMORY_LEAK.found(
                f"memory grew from {values[0]:g} to {values[-1]:g} (`{name}`) before it was exhausted",
                Confidence.LIKELY, stage=Stage.LOGGING, seen={name: ", ".join(f"{value:g}" for value in values[-8:]), "then": end[:200]},
            )]  # fmt: skip
    return []


def _rises(values: Sequence[float]) -> bool:
    """Whether it grows to the end, in the second half as in the first: what a first step allocates once is no growth."""
    if len(values) < LEAST or values[0] <= 0 or values[-1] < GROWTH * values[0]:
        return False
    late = values[len(values) // 2 - 1 :]
    rises = [b > a for a, b in pairwise(late)]
    return sum(rises) >= RISING * len(rises) and late[-1] > 1.15 * late[0]
