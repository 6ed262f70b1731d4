"""The optimizer, or its saved state, was made for other parameters.

Why
---
The state of an optimizer (momentum, second moments) is kept by the position of each parameter. A state with another number or grouping
of parameters cannot be laid over this model's.

Fix
---
- Build the same model and the same parameter groups as when the state was saved, then load it.
- If the model has changed on purpose, begin with a fresh optimizer and load the weights only.
- Give each parameter to one group: a shared layer belongs to one of them.

Bad
---
    optimizer = torch.optim.Adam(larger_model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer"])

Good
----
    optimizer = torch.optim.Adam(larger_model.parameters())      # a fresh state for another model
    larger_model.load_state_dict(checkpoint["model"], strict=False)
"""

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

OPTIMIZER_VARIABLE_MISMATCH = Rule("OPT103", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("device-mismatch",))

_FORMS = {
    "contains a parameter group that doesn't match the size of optimizer's group": "the saved state is of another number of parameters",
    "loaded state dict has a different number of parameter groups": "the saved state has another number of parameter groups",
    "some parameters appear in more than one parameter group": "a parameter stands in two groups of the optimizer",
    "can't optimize a non-leaf Tensor": "the optimizer is given a computed tensor instead of a parameter",
    "all optimizer params should be with/without names": "some parameters have names and some have none",
    "cannot add param group": "some parameter groups have names and some have none",
}
_SHAPES = wording(r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)|(?:shape|size) mismatch", re.IGNORECASE)
_UPDATES = ("adam.py", "adamw.py", "sgd.py", "rmsprop.py", "adagrad.py", "adamax.py", "adadelta.py", "nadam.py", "radam.py", "_functional.py")


@OPTIMIZER_VARIABLE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    form = next((form for words, form in _FORMS.items() if words in failure.message), None)
    if form and failure.is_a("ValueError", "RuntimeError"):
        yield OPTIMIZER_VARIABLE_MISMATCH.found(form, stage=Stage.OPTIMIZER, seen={"says": failure.message[:250]})


@OPTIMIZER_VARIABLE_MISMATCH.seen_in
def state_of_other_shapes(failure: Failure) -> Witnessed:
    """A state with as many parameters but other shapes loads, and stops at the first update."""
    if _SHAPES.search(failure.message) and failure.innermost and failure.passes_file(*(f"torch/optim/{name}" for name in _UPDATES)):
        yield OPTIMIZER_VARIABLE_MISMATCH.found(
            "the optimizer's state has other shapes than the parameters",
            Confidence.LIKELY,
            stage=Stage.OPTIMIZER,
            seen={"says": failure.message[:250]},
        )
