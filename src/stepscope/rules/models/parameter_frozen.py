"""Parameters are frozen that were meant to train.

Why
---
`requires_grad = False` takes a parameter out of training. Where it is set for all of a model and not switched on again for the new
head, nothing is left for the optimizer.

Fix
---
- Freeze by part: `model.backbone.requires_grad_(False)`, and build the new head after that.
- Print what trains: `[name for name, p in model.named_parameters() if p.requires_grad]`.

Bad
---
    for p in model.parameters():
        p.requires_grad = False
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)

Good
----
    model.backbone.requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
"""

from stepscope.evidence import Failure, PlainModules, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

PARAMETER_FROZEN = Rule("MOD103", Severity.ERROR, stage=Stage.BACKWARD, yields_to=("parameter-not-registered", "no-grad"))


@PARAMETER_FROZEN.seen_in
def none_left(failure: Failure, plain: PlainModules) -> Witnessed:
    """An optimizer without parameters, and a model whose parameters are all frozen."""
    if failure.says("optimizer got an empty parameter list") and plain.registered and not plain.trainable:
        yield PARAMETER_FROZEN.found(
            f"all {plain.registered} parameters of the model are frozen", stage=Stage.OPTIMIZER, seen={"trainable": f"0 of {plain.registered}"}
        )
