"""A device-side assert, whose cause the evidence does not show.

Why
---
A kernel met a value that it must not meet: mostly a class label or a token outside of its table, an index in `gather` or `scatter`, a
probability outside of 0 to 1. CUDA tells it later, at whatever line asks next, and the process cannot use the device any more.

Fix
---
- Run the same step on the CPU: the same mistake has its own line and words there.
- `CUDA_LAUNCH_BLOCKING=1` makes CUDA stop at the call itself. The lines "Assertion `...` failed" above the traceback name the kernel.
- Look at labels, token ids and class counts first: `y.min()`, `y.max()` against the number of outputs.

Bad
---
    loss = nn.CrossEntropyLoss()(head(x), y)       # y holds 10, the head has 10 outputs

Good
----
    assert 0 <= y.min() and y.max() < head.out_features
"""

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DEVICE_ASSERT = Rule(
    "NAT102",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("label-out-of-range", "index-out-of-range", "class-count-mismatch", "label-missing", "loss-activation-mismatch"),
)

_WORDS = wording(r"device-side assert triggered|cudaErrorAssert|CUDA error \(59\)|cuda runtime error \((?:59|710)\)|hipErrorAssert")
_ASSERTION = wording(r"Assertion `(?P<what>[^`']{1,200})[`'] failed")


@DEVICE_ASSERT.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    chain = (failure, *failure.causes)
    if not any(_WORDS.search(one.message) for one in chain):
        return
    assertion = next((found["what"] for one in chain if (found := _ASSERTION.search(one.message))), "")
    blocking = machine.variables.get("CUDA_LAUNCH_BLOCKING") == "1"
    yield DEVICE_ASSERT.found(
        f"a kernel's assertion failed: {assertion}" if assertion else "a kernel on the device met a value that it must not meet",
        Confidence.CERTAIN if blocking else Confidence.LIKELY,
        seen={
            "assertion": assertion,
            "this line": "made the call (CUDA_LAUNCH_BLOCKING=1)" if blocking else "is where CUDA told it, not where it happened",
            "says": failure.first_line[:200],
        },
    )
