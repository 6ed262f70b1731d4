"""The target has another shape, or another number of rows, than the output.

Why
---
A loss holds each output against its target. A target with an axis too many (a column (N, 1) for (N,)), of another resolution, or with
other rows than the output has no partner for some of its numbers. Axes too many or too few of the output are output-shape-vs-labels,
another number of columns is output-units-vs-classes, one-hot against index is loss-label-format.

Fix
---
- A column of labels: `y.squeeze(1)`; a mask with a channel axis: `mask.squeeze(1)`.
- A mask of another resolution: resize the output to it, `F.interpolate(output, size=mask.shape[-2:])`.
- Another number of rows: look for a `view(-1, n)` in the model that mixes samples; `x.flatten(1)` keeps them.

Bad
---
    y = torch.tensor(table[:, -1:])            # (N, 1)
    loss = F.cross_entropy(scores, y)

Good
----
    y = torch.tensor(table[:, -1])             # (N,)
    loss = F.cross_entropy(scores, y)
"""

from stepscope.evidence import Call, Failure, Labels, Moment, Regrouped, Remainder, Stage, Tensor
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import TARGET, apart, meeting
from stepscope.rules.shapes.metric_shape_depends_on_batch import SHORT
from stepscope.rules.shapes.words import broadcast, lists, targets

TARGET_SHAPE_MISMATCH = Rule(
    "LBL104",
    Severity.ERROR,
    stage=Stage.LOSS,
    yields_to=("custom-loss-bug", "output-units-vs-classes", "output-shape-vs-labels", "loss-label-format", "metric-shape-depends-on-batch"),
)

@TARGET_SHAPE_MISMATCH.seen_in
def rows(failure: Failure, call: Call, labels: Labels, regrouped: Regrouped) -> Witnessed:
    """The target has a row per sample; the output has not, for a line of the model's own puts the numbers into other rows."""
    met = apart(call, TARGET)
    if met is None or not met[0].shape or len(met[1].shape) != 1:
        return
    has, samples, each = met[0].shape[0], met[1].shape[0], regrouped.each
    if has == samples or each is None or has * each % samples:
        return
    yield TARGET_SHAPE_MISMATCH.found(
        f"{samples} samples become {has} rows in `{regrouped.expression}`",
        line=regrouped.line,
        about="the numbers of a batch are put into rows here",
        seen={"numbers per sample": has * each // samples, "numbers per row": each, "target": f"`{labels.name}`, {met[1]}", "output": met[0]},
        fix=(f"Keep the rows, `torch.flatten(x, 1)`, and build the layer behind it for {has * each // samples} features, or bring the pictures to the size that gives {each}.",),
    )


@TARGET_SHAPE_MISMATCH.seen_in
def short(failure: Failure, call: Call, labels: Labels, remainder: Remainder) -> Witnessed:
    """Targets counted for a full batch meet the short last one."""
    met = meeting(call)
    if met is None or not met[0].shape or not met[1].shape or not remainder.times(met[1].shape[0], met[0].shape[0]):
        return
    yield TARGET_SHAPE_MISMATCH.found(
        f"{met[1].shape[0]} targets meet {met[0].shape[0]} outputs",
        seen={"target": f"`{labels.name}`, {met[1]}", "output": met[0], "batch": f"{remainder.rows} rows, those before it {remainder.usual}"},
        instead=SHORT,
    )


@TARGET_SHAPE_MISMATCH.seen_in
def loss(failure: Failure, call: Call, labels: Labels) -> Witnessed:
    """A loss of PyTorch, its output and its target."""
    met = apart(call, TARGET)
    if met is None:
        return
    output, target = met
    rows = output.shape[:1] != target.shape[:1]
    yield TARGET_SHAPE_MISMATCH.found(
        f"{target.shape[0]} targets meet {output.shape[0]} outputs"
        if rows and target.shape and output.shape
        else f"the target is {target.size}, the output {output.size}",
        seen={"target": f"`{labels.name}`, {target}", "output": output, "loss": call.function, "says": failure.message[:200]},
        fix=_advice(labels.name, output, target),
    )


@TARGET_SHAPE_MISMATCH.seen_in
def difference(failure: Failure, moment: Moment) -> Witnessed:
    """An output and a target that meet in a line of the user's own, not in a function for it."""
    sizes = broadcast(failure)
    if sizes and moment.stage in (Stage.LOSS, Stage.METRICS):
        yield TARGET_SHAPE_MISMATCH.found(
            f"an axis of {sizes[0]} meets an axis of {sizes[1]} in the {moment.stage.value}",
            Confidence.LIKELY,
            seen={"says": failure.message[:200]},
        )


@TARGET_SHAPE_MISMATCH.seen_in
def lengths(failure: Failure) -> Witnessed:
    """A check of scikit-learn's, which tells the lengths in the order of its arguments, not what they are."""
    found = lists(failure)
    if found:
        yield TARGET_SHAPE_MISMATCH.found(
            f"lists of {', '.join(found[:-1])} and {found[-1]} entries meet, which belong together one by one",
            Confidence.LIKELY,
            seen={"lengths": f"{', '.join(found)}, in the order of the arguments", "says": failure.message[:200]},
            instead=(
                "Look for batches that are in one only: a `continue` between the lines that fill the lists, a list filled in one branch, or not emptied.",
                "With `drop_last=True` the last samples get no prediction: leave it out in evaluation, and collect the labels from the same loop.",
            ),
        )


@TARGET_SHAPE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found = targets(failure)
    if found:
        yield TARGET_SHAPE_MISMATCH.found(
            f"{found['target']} targets meet {found['out']} outputs" if found["out"] else "the target has another shape than the output",
            Confidence.LIKELY,
            seen={"says": failure.message[:300]},
        )


def _advice(name: str, output: Tensor, target: Tensor) -> tuple[str, ...]:
    """What these very shapes suggest."""
    o, t = output.shape, target.shape
    if len(t) > 1 and t[1] == 1 and (len(t) > len(o) or t[0] == o[0]):
        return (f"Take the axis of length 1 away: `{name}.squeeze(1)`.",)
    if len(t) == 2 and len(o) == 2 and t[0] * t[1] == o[0]:
        return (f"The output is flattened, the target is not: `{name}.flatten()`.",)
    return ()
