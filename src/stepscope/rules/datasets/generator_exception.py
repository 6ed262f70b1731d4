"""An exception of the user's own loading code, with no narrower name.

Why
---
One sample, or one line of a table, is not what the code that reads it expects. The run stops at the step that comes to it, in the third epoch or
after an hour, because the order is shuffled.

Fix
---
- Ask for the named sample alone: `dataset[index]`.
- Let the reading code say which file and line it stumbled over.

Bad
---
    def __getitem__(self, index):
        return float(self.rows[index]["price"])          # one cell holds "n/a"

Good
----
    def __init__(self, rows):
        self.rows = [row for row in rows if row["price"] != "n/a"]
"""

from stepscope.evidence import Failure, Flaws, Moment, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

GENERATOR_EXCEPTION = Rule("DAT116", Severity.ERROR, stage=Stage.DATA, fallback=True, yields_to=("worker-exception",))

_TOGETHER = (
    "Call the collate function with the samples of one batch, `collate([dataset[i] for i in (0, 1, 2)])`, and look at what each of them is.",
    "A filter within it may leave no sample at all: leave such samples out in the data set.",
)
_LOADING = ("__getitem__", "__getitems__")
_STREAMING = ("__iter__", "__next__")


@GENERATOR_EXCEPTION.seen_in
def loading(failure: Failure, moment: Moment) -> Witnessed:
    line = failure.user_frame
    in_sample = any(frame.user and frame.name in _LOADING for frame in failure.frames)
    in_sample |= moment.stage is Stage.DATA and any(frame.user and frame.name in _STREAMING for frame in failure.frames)
    in_loader = failure.passes_file("torch/utils/data/_utils/fetch.py") and line is not None and moment.stage in (Stage.DATA, Stage.COLLATE)
    if not (in_sample or in_loader or moment.drawn) or line is None:
        return
    together = moment.stage is Stage.COLLATE and not in_sample
    text = (failure.message.strip().splitlines() or [""])[0]
    yield GENERATOR_EXCEPTION.found(
        f"{failure.type} while a {'batch was put together' if together else 'sample was loaded'}: {text}",
        Confidence.CERTAIN,
        stage=moment.stage or Stage.DATA,
        seen={"exception": failure.type, "says": failure.message[:400]},
        instead=_TOGETHER if together else (),
    )


@GENERATOR_EXCEPTION.seen_in
def lost(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn, each in a process that may die: some ended it, or did not come."""
    found = flaws.of("lost")
    if found:
        yield GENERATOR_EXCEPTION.found(f"{shown(found[0].file)}: {found[0].says}", seen={"samples": f"{len(found):,}"}, places=at_flaws(found))


@GENERATOR_EXCEPTION.seen_in
def sampler(flaws: Flaws) -> Witnessed:
    """The sampler of a loader was asked which samples it wants."""
    found = flaws.of("loader-sampler")
    if found:
        yield GENERATOR_EXCEPTION.found(
            f"{shown(found[0].file)}: {found[0].says}", places=at_flaws(found), fix=("Build the sampler for this data set: its weights or indices are those of another one, or of one before a split.",),
        )  # fmt: skip
