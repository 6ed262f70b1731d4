"""The loss does not fit the task: a loss for classes where real numbers are to be predicted.

Why
---
Cross-entropy picks one class out of C by its index. Targets with fractions (a price, an angle) name no class.

Fix
---
- For real numbers, one output per number and `nn.MSELoss` or `nn.L1Loss`.
- For classes, turn the targets into indices first: `torch.bucketize(y, edges)`.

Bad
---
    y = torch.tensor([12.5, 7.25])              # prices
    loss = F.cross_entropy(model(x), y)

Good
----
    loss = F.mse_loss(model(x).squeeze(1), y)
"""

from stepscope.evidence import Call, Failure, Labels, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import DTYPE, INDEXED, apart, whole

LOSS_UNSUITED = Rule("LOS102", Severity.ERROR, stage=Stage.LOSS)


@LOSS_UNSUITED.seen_in
def fractions(failure: Failure, call: Call, labels: Labels) -> Witnessed:
    """Targets with fractions in a loss that reads indices."""
    met = apart(call, DTYPE)
    if met is None or call.function not in INDEXED or met[1].minimum is None or whole(met[1]):
        return
    yield LOSS_UNSUITED.found(
        f"{call.function} takes class indices, a target is {met[1].maximum:.6g}",
        Confidence.LIKELY,
        seen={"targets": f"`{labels.name}`, {met[1]}", "scores": met[0], "says": failure.message[:160]},
    )
