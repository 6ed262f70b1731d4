"""Distributed training waits for parameters that received no gradient.

Why
---
DistributedDataParallel adds up the gradients of all ranks as they arrive, and waits until each parameter has reported. A layer that took no part
in this step's loss never does.

Fix
---
- Remove the layers that are not used, or freeze them before wrapping: `requires_grad_(False)`.
- `DistributedDataParallel(model, find_unused_parameters=True)`; in Lightning `strategy="ddp_find_unused_parameters_true"`.
- Let every output of `forward` take part in the loss.
- "marked ready twice": with activation checkpointing use `use_reentrant=False` or `static_graph=True`.

Bad
---
    model = DistributedDataParallel(net)            # net.auxiliary is used in some steps only

Good
----
    model = DistributedDataParallel(net, find_unused_parameters=True)
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

UNUSED_PARAMETERS = Rule("DST105", Severity.ERROR, stage=Stage.DISTRIBUTED)

_WORDS = (
    "Expected to have finished reduction in the prior iteration",
    "has parameters that were not used in producing the loss",
    "Expected to mark a variable ready only once",
)
_INDICES = wording(r"Parameter indices which did not receive grad for rank \d+: (?P<which>[\d ]+)")
_NAMES = wording(r"Parameters which did not receive grad for rank \d+: (?P<which>[^\n]+)")


@UNUSED_PARAMETERS.seen_in
def words(failure: Failure) -> Witnessed:
    if not failure.says(*_WORDS):
        return
    names, indices = _NAMES.search(failure.message), _INDICES.search(failure.message)
    twice = failure.says(_WORDS[2])
    count = len(indices["which"].split()) if indices else 0
    yield UNUSED_PARAMETERS.found(
        "a parameter reports its gradient twice in one step" if twice else f"{count or 'some'} parameters received no gradient in the last step",
        stage=Stage.DISTRIBUTED,
        seen={"parameters": (names or indices)["which"].strip()[:300] if names or indices else "", "says": failure.message[:200]},  # type: ignore[index]
    )
