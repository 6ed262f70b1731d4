"""The input is normalised with statistics that do not fit it, or not at all.

Why
---
A division by a standard deviation or a maximum of zero (a black picture, a constant column, a batch of one) turns finite values into NaN before the model sees
them. And a model that expects values of the order of 1 gets 0 to 255: the first updates are hundreds of times too large.

Fix
---
- Divide by `std + 1e-8`, or by statistics of the whole training set, never by those of a single sample that may be constant.
- Bring pictures to 0..1 (`x / 255`) and tables to mean 0 and standard deviation 1 before the first layer.

Bad
---
    x = (x - x.mean()) / x.std()

Good
----
    x = (x - mean_of_training_set) / std_of_training_set
"""

from stepscope.evidence import Batch, Course, Flaws, NonFinite, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.numerics.told import confidence, course_facts, facts, lr_is_large, made, ran_away

NORMALISATION_WRONG = Rule("AUG104", Severity.ERROR, stage=Stage.AUGMENT)

RAW = 50.0
"""An input of this size has not been normalised: pictures reach 255, prices and years thousands."""


@NORMALISATION_WRONG.seen_in
def divided_by_zero(step: NonFinite) -> Witnessed:
    """On its way to the model the batch is divided by zero."""
    divides = step.operator.rstrip("_") in ("div", "true_divide", "divide", "reciprocal", "rsqrt", "std", "var")
    if step.born == "forward" and step.stage in (Stage.AUGMENT, Stage.DATA, Stage.TRANSFER) and divides:
        yield NORMALISATION_WRONG.found(
            f"the normalisation of the batch made the first {made(step)}: `{step.operator}` by zero", confidence(step), line=step.line, seen=facts(step)
        )


@NORMALISATION_WRONG.seen_in
def raw_input(step: NonFinite, course: Course, batch: Batch) -> Witnessed:
    """The training diverged at a usual learning rate, on an input far from the order of 1."""
    if not ran_away(course) or lr_is_large(course) or step.born == "input":
        return
    inputs = {name: tensor for name, tensor in batch.fields.items() if not tensor.requires_grad and len(tensor.shape) > 1}
    raw = {name: tensor for name, tensor in inputs.items() if max(abs(tensor.minimum or 0), abs(tensor.maximum or 0)) >= RAW}
    for name, tensor in list(raw.items())[:1]:
        yield NORMALISATION_WRONG.found(
            f"`{name}` goes into the model unnormalised, up to {max(abs(tensor.minimum or 0), abs(tensor.maximum or 0)):.4g}",
            Confidence.LIKELY,
            stage=Stage.AUGMENT,
            line=step.line,
            seen={name: str(tensor), **course_facts(course)},
        )


@NORMALISATION_WRONG.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: their values are not of one range, or far below any."""
    found = flaws.of("range")
    if found:
        yield NORMALISATION_WRONG.found(f"{shown(found[0].file)} {found[0].says}", Confidence.LIKELY, severity=Severity.WARNING, places=at_flaws(found))


@NORMALISATION_WRONG.seen_in
def undone(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: a second division and subtraction undone, they are whole pixels."""
    found = flaws.of("normalised")
    if found:
        yield NORMALISATION_WRONG.found(
            f"{shown(found[0].file, 30)} {found[0].says}", seen={"samples": f"{len(found):,}"}, places=at_flaws(found),
            instead=(
                "Bring pixels to 0..1 first (`ToTensor`, `x / 255`, `ToDtype(torch.float32, scale=True)`), then subtract mean and divide by deviation, once.",
                "Look for a second place that does it: the model's own preprocessing, a processor, a backbone's `transforms()`.",
            ),
        )  # fmt: skip
