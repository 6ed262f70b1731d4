"""The optimizer holds parameters that are no longer the model's.

Why
---
An optimizer keeps the tensors that it was given. A model that is built anew, a head that is replaced, weights that are wrapped or moved to
a new tensor afterwards: the gradients then arrive at parameters that no optimizer moves, and the old ones have none.

Fix
---
- Build the optimizer last: after the model is built, its head replaced, wrapped (FSDP, `torch.compile`) and moved.
- If a part of the model is replaced while training, `optimizer.add_param_group` or a new optimizer.

Bad
---
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model = Net(classes=10)

Good
----
    model = Net(classes=10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""

from stepscope.evidence import Failure, OptimizerParameters, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

OPTIMIZER_STALE_PARAMETERS = Rule("OPT102", Severity.ERROR, stage=Stage.OPTIMIZER)

_WORDS = ("No inf checks were recorded for this optimizer",)
_WRAPPED = (
    "optimizer must be initialized after FSDP",
    "The optimizer does not seem to reference any FSDP parameters",
    "The optimizer does not seem to reference any deepspeed parameters",
)


@OPTIMIZER_STALE_PARAMETERS.seen_in
def other_parameters(failure: Failure, optimizer: OptimizerParameters) -> Witnessed:
    """No gradient reached the optimizer, and no model in sight has its parameters."""
    if failure.says(*_WORDS) and optimizer.held and optimizer.models and not optimizer.known and not optimizer.gradients:
        yield OPTIMIZER_STALE_PARAMETERS.found(
            f"none of the optimizer's {optimizer.held} parameters belongs to a model in sight",
            Confidence.LIKELY,
            stage=Stage.OPTIMIZER,
            line=optimizer.line,
            about="the optimizer was built here" if optimizer.line else "",
            seen={"optimizer": f"{optimizer.kind} with {optimizer.held} parameters, {optimizer.known} of them a model's"},
        )


@OPTIMIZER_STALE_PARAMETERS.seen_in
def wrapped(failure: Failure) -> Witnessed:
    if failure.says(*_WRAPPED):
        yield OPTIMIZER_STALE_PARAMETERS.found("the optimizer was built before the model was wrapped", seen={"says": failure.message[:250]})
