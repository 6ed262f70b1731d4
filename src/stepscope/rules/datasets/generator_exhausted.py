"""A generator or iterator ends before the steps that were asked of it.

Why
---
A generator can be walked once. `next` on one that has ended raises StopIteration: in the second epoch, or in the first one when there are
fewer batches than steps. Inside of another generator Python turns that into "generator raised StopIteration".

Fix
---
- Make a new iterator for each epoch: `for batch in loader`, or `it = iter(loader)` inside of the loop over epochs.
- To go round and round: `except StopIteration: it = iter(loader); batch = next(it)`. `itertools.cycle` keeps every batch in memory.
- Take the number of steps from the data: `steps = len(loader)`.

Bad
---
    batches = iter(loader)
    for step in range(1000):
        batch = next(batches)            # there are 300

Good
----
    for step in range(1000):
        try:
            batch = next(batches)
        except StopIteration:
            batches = iter(loader)
            batch = next(batches)
"""

from stepscope.evidence import Failure, Flaws, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

GENERATOR_EXHAUSTED = Rule("DAT115", Severity.ERROR, stage=Stage.DATA, yields_to=("empty-dataset",))


@GENERATOR_EXHAUSTED.seen_in
def stopped(failure: Failure) -> Witnessed:
    if failure.is_a("StopIteration") and not failure.message:
        yield GENERATOR_EXHAUSTED.found("an iterator has ended, and one more item was asked of it", stage=Stage.DATA)
    elif failure.says("generator raised StopIteration"):
        yield GENERATOR_EXHAUSTED.found(
            "an iterator ended inside of a generator", Confidence.CERTAIN, stage=Stage.DATA, seen={"says": failure.message}
        )
    elif failure.says("your input ran out of data", "iterator exhausted", "elements but contained only"):
        yield GENERATOR_EXHAUSTED.found("the data ended before the steps that were asked of it", Confidence.LIKELY, stage=Stage.DATA)


@GENERATOR_EXHAUSTED.seen_in
def short(flaws: Flaws) -> Witnessed:
    """A stream was drawn to its end."""
    found = flaws.of("short")
    if found:
        yield GENERATOR_EXHAUSTED.found(
            f"{shown(found[0].file)} {found[0].says}", severity=Severity.WARNING, stage=Stage.DATA, places=at_flaws(found),
            instead=("Let `__len__` count what `__iter__` gives, what it leaves out included.", "Look for an exception that ends the loop early: a `return` or `break` in an `except`."),
        )  # fmt: skip
