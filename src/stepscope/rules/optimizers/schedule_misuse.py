"""A learning-rate schedule is stepped in the wrong place, past its end, or built with what it cannot use.

Why
---
`OneCycleLR` counts its steps and stops past the last one; others go on silently with a rate of zero, or decay once a batch what was
meant once an epoch. `ReduceLROnPlateau` needs the quantity that it watches.

Fix
---
- `OneCycleLR`: step once a batch with `total_steps=epochs * len(loader)` (or `epochs=` and `steps_per_epoch=len(loader)`).
- Schedules counted in epochs: step once after each epoch.
- `ReduceLROnPlateau`: `scheduler.step(validation_loss)`.

Bad
---
    scheduler = OneCycleLR(optimizer, 0.1, total_steps=epochs)
    for epoch in range(epochs):
        for batch in loader:
            scheduler.step()

Good
----
    scheduler = OneCycleLR(optimizer, 0.1, total_steps=epochs * len(loader))
    for epoch in range(epochs):
        for batch in loader:
            scheduler.step()
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

SCHEDULE_MISUSE = Rule("OPT107", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("monitor-misuse",))

_PAST = wording(r"Tried to step (?P<tried>\d+) times\. The specified number of total steps is (?P<total>\d+)")
_FORMS = {
    "param 'initial_lr' is not specified": "the schedule continues a run, but the optimizer's state was not loaded",
    "optimizer must support momentum": "the schedule cycles a momentum that this optimizer does not have",
    "must define either total_steps OR": "OneCycleLR is not told how many steps there are",
    "expected positive integer": "the schedule is given a length that is not a positive number",
}
_METRICS = wording(r"step\(\) missing 1 required positional argument: '(?P<name>metrics)'")


@SCHEDULE_MISUSE.seen_in
def past_the_end(failure: Failure) -> Witnessed:
    found = _PAST.search(failure.message)
    if found:
        yield SCHEDULE_MISUSE.found(
            f"step {found['tried']} of a schedule with {found['total']} steps",
            stage=Stage.OPTIMIZER,
            seen={"total steps": found["total"], "says": failure.message[:200]},
        )


@SCHEDULE_MISUSE.seen_in
def plateau(failure: Failure) -> Witnessed:
    line = failure.user_frame
    if failure.is_a("TypeError") and _METRICS.search(failure.message) and line is not None:
        yield SCHEDULE_MISUSE.found(
            "ReduceLROnPlateau.step() is not told what it watches", stage=Stage.OPTIMIZER, seen={"says": failure.message[:200]},
            fix=("Give it the quantity, once per epoch: `scheduler.step(validation_loss)`.",),
        )  # fmt: skip


@SCHEDULE_MISUSE.seen_in
def refused(failure: Failure) -> Witnessed:
    """Anything else that the schedule's own code refuses; a user's function called by it is not its own code."""
    inner = failure.innermost
    if inner is None or inner.user or not inner.file.replace("\\", "/").endswith("torch/optim/lr_scheduler.py"):
        return
    if failure.is_a("ValueError", "TypeError", "ZeroDivisionError", "KeyError", "RuntimeError", "AttributeError", "IndexError"):
        form = next((form for words, form in _FORMS.items() if failure.says(words)), None)
        first = failure.first_line
        yield SCHEDULE_MISUSE.found(
            form or f"the schedule refuses: {first}",
            Confidence.CERTAIN if form else Confidence.LIKELY,
            stage=Stage.OPTIMIZER,
            seen={"exception": failure.type, "says": failure.message[:250]},
        )
