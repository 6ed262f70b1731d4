"""The loss and the last activation do not fit: raw scores where probabilities are read.

Why
---
`BCELoss` takes the logarithm of its input, which must lie between 0 and 1. Raw scores of a Linear go below 0 and above 1, and the run stops
at the first of them: "all elements of input should be between 0 and 1".

Fix
---
- Use `nn.BCEWithLogitsLoss`, which takes raw scores and is more exact than a sigmoid before `BCELoss`.
- Or end the model with `torch.sigmoid`, and keep `BCELoss`.

Bad
---
    model = nn.Linear(30, 1)
    loss = nn.BCELoss()(model(x), y)

Good
----
    model = nn.Linear(30, 1)
    loss = nn.BCEWithLogitsLoss()(model(x), y)
"""

from stepscope.evidence import Call, Failure, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

LOSS_ACTIVATION_MISMATCH = Rule(
    "LOS101", Severity.ERROR, stage=Stage.LOSS, yields_to=("non-finite-input", "non-finite-forward", "non-finite-loss", "divergence")
)


@LOSS_ACTIVATION_MISMATCH.seen_in
def probabilities(failure: Failure, call: Call) -> Witnessed:
    """Binary cross-entropy of values that are no probabilities."""
    given = call.operand("input")
    if call.function != "binary_cross_entropy" or given is None or given.tensor.nan:
        return
    low, high = given.tensor.minimum, given.tensor.maximum
    if low is None or high is None or (low >= 0 and high <= 1) or not failure.says("between 0 and 1", "input_val"):
        return
    value = low if low < 0 else high
    yield LOSS_ACTIVATION_MISMATCH.found(
        f"binary cross-entropy takes 0 to 1, a score is {value:.4g}",
        seen={"scores": given.tensor, "says": failure.message[:160]},
    )


@LOSS_ACTIVATION_MISMATCH.seen_in
def variance(failure: Failure, call: Call) -> Witnessed:
    """A variance below 0: what predicts it has no activation that keeps it positive."""
    if call.function == "gaussian_nll_loss" and failure.says("var has negative entry"):
        given = call.operand("var")
        yield LOSS_ACTIVATION_MISMATCH.found(
            "a predicted variance is below 0",
            seen={"variance": given.tensor if given else ""},
            fix=("Keep the variance positive: `F.softplus(raw)` or `raw.exp()`.",),
        )


@LOSS_ACTIVATION_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says("binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast"):
        yield LOSS_ACTIVATION_MISMATCH.found(
            "binary cross-entropy of probabilities under autocast", Confidence.LIKELY, seen={"says": failure.message[:200]}
        )
