"""The last layer has another number of outputs than there are classes or values to predict.

Why
---
A loss that takes one target per output needs as many outputs as the target has columns. The number of classes stands in several places,
and one of them was not changed.

Fix
---
- Give the last layer one output per class (or per value): `nn.Linear(features, target.shape[1])`.
- For two classes with a binary loss, one output; with cross-entropy, two.

Bad
---
    tags = ["indoor", "people", "animal", "night", "water", "food"]
    head = nn.Linear(32, 5)

Good
----
    head = nn.Linear(32, len(tags))
"""

from stepscope.evidence import Call, Failure, Head, Labels, Stage, Tensor
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import INDEXED, UNITS, apart, meeting

OUTPUT_UNITS_VS_CLASSES = Rule("SHP104", Severity.ERROR, stage=Stage.LOSS)


@OUTPUT_UNITS_VS_CLASSES.seen_in
def columns(failure: Failure, call: Call, labels: Labels, head: Head) -> Witnessed:
    """A loss with one target per output."""
    met = apart(call, UNITS)
    if met is None:
        return
    has, needs = _columns(met[0]), _columns(met[1])
    yield OUTPUT_UNITS_VS_CLASSES.found(
        f"the last layer has {has} outputs, the target {needs} columns",
        line=head.definition,
        about="the last layer was built here" if head.definition else "",
        layer=head.path or None,
        seen={"output": met[0], "target": f"`{labels.name}`, {met[1]}", "last layer": head, "loss": call.function},
        fix=(f"Give it {needs} output{'s' if needs > 1 else ''} in place of {has}.",),
    )


@OUTPUT_UNITS_VS_CLASSES.seen_in
def single(failure: Failure, call: Call, labels: Labels, head: Head) -> Witnessed:
    """Class indices against a head with a single output: there is nothing to choose from."""
    met = meeting(call)
    if met is None or call.function not in INDEXED or len(met[0].shape) < 2 or met[0].shape[1] != 1 or not labels.outside:
        return
    needs = int(max(value for _, value in labels.outside)) + 1
    yield OUTPUT_UNITS_VS_CLASSES.found(
        f"the last layer has 1 output, the labels go up to {needs - 1}",
        Confidence.CERTAIN,
        line=head.definition,
        about="the last layer was built here" if head.definition else "",
        layer=head.path or None,
        seen={"output": met[0], "labels": f"`{labels.name}`, {met[1]}", "last layer": head},
        fix=(f"For {call.function}, give it {max(needs, 2)} outputs; for one output and two classes, use `nn.BCEWithLogitsLoss`.",),
    )


def _columns(tensor: Tensor) -> int:
    return tensor.shape[1] if len(tensor.shape) > 1 else 1
