"""The output of the model keeps axes that its target does not have, or lacks some that it has.

Why
---
A model gives what its last layer gives: one score in a column (N, 1) for labels (N,), a score per time step (N, T, C) for one label per
sequence, or scores with the classes in the last axis where the loss reads them in the second.

Fix
---
- One score per sample: `model(x).squeeze(1)`.
- One label per sequence: take one step, `out[:, -1]`, or pool over time.
- Scores per step: the loss wants classes second, `out.transpose(1, 2)`, or all flattened, `out.flatten(0, 1)` with `y.flatten()`.

Bad
---
    outputs = net(x)                                       # (N, 1)
    loss = nn.BCEWithLogitsLoss()(outputs, y)              # y: (N,)

Good
----
    outputs = net(x).squeeze(1)
    loss = nn.BCEWithLogitsLoss()(outputs, y)
"""

from stepscope.evidence import Call, Failure, Labels, Stage, Tensor
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import OUTPUT, apart

OUTPUT_SHAPE_VS_LABELS = Rule("SHP103", Severity.ERROR, stage=Stage.LOSS)


@OUTPUT_SHAPE_VS_LABELS.seen_in
def loss(failure: Failure, call: Call, labels: Labels) -> Witnessed:
    met = apart(call, OUTPUT)
    if met is None:
        return
    output, target = met
    yield OUTPUT_SHAPE_VS_LABELS.found(
        f"the output is {output.size}, its target {target.size}",
        seen={"output": output, "target": f"`{labels.name}`, {target}", "loss": call.function, "says": failure.message[:200]},
        fix=_advice(output, target),
    )


def _advice(output: Tensor, target: Tensor) -> tuple[str, ...]:
    """What these very shapes suggest."""
    o, t = output.shape, target.shape
    if o == (*t, 1):
        return (f"Take the last axis away: `output.squeeze({len(t)})`.",)
    if len(o) == 3 and len(t) == 1 and o[0] == t[0]:
        return (f"There is one target per sample and an output for each of {o[1]} steps: take one of them, `output[:, -1]`.",)
    if len(o) > 2 and t == o[:-1]:
        return (f"The {o[-1]} classes stand in the last axis: `output.flatten(0, 1)` and the target `.flatten()`.",)
    return ()
