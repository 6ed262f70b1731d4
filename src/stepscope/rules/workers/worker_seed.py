"""Each worker of a loader draws the same random numbers, so that samples are augmented alike.

Why
---
A generator that the data set makes in its `__init__` is copied into each worker as it is: with 8 workers, 8 samples in a row get the same crop, and the same ones come again in every
epoch, for the copies begin anew. The same holds for a `worker_init_fn` that sets one seed for all. PyTorch itself seeds `random`, `torch` and (since 1.9) `numpy.random` apart.

Fix
---
- Use `torch.rand` and its like, or `numpy.random`, which the loader seeds for each worker and epoch.
- Or make the generator in the worker, of its own seed: `np.random.default_rng(torch.initial_seed())`.

Bad
---
    def __init__(self):
        self.rng = np.random.default_rng(0)

Good
----
    def __getitem__(self, i):
        left = torch.randint(0, 32, ()).item()
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

WORKER_SEED = Rule("WRK108", Severity.WARNING, stage=Stage.AUGMENT)


@WORKER_SEED.seen_in
def workers(flaws: Flaws) -> Witnessed:
    """Two workers were asked for the same sample, twice."""
    found = flaws.of("loader-seeded")
    if found:
        yield WORKER_SEED.found(
            f"{shown(found[0].file, 30)}: {found[0].says}", Confidence.LIKELY, places=at_flaws(found),
            seen={"seen": "sample 0 comes out alike in two workers, and otherwise when each of them draws it again"},
        )  # fmt: skip
