"""A kernel on the device touched memory that is not its own, and the evidence shows no narrower cause.

Why
---
A kernel without a check of its own, mostly a custom or compiled one, went past the end of a tensor: an index out of range, a tensor on
another device, sizes beyond 32 bits, a stream that reuses memory too early. CUDA tells it later, at an unrelated line.

Fix
---
- `CUDA_LAUNCH_BLOCKING=1`, or `compute-sanitizer python train.py`, to learn which kernel it is.
- Run the step on the CPU, where indices are checked.
- Custom extensions: `torch.cuda.set_device(device)` first, contiguous tensors, rebuild for the versions installed.

Bad
---
    out = extension.scatter(values, index)        # index holds a value past the end

Good
----
    assert index.max() < values.shape[0]
    out = extension.scatter(values, index)
"""

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

ILLEGAL_MEMORY_ACCESS = Rule(
    "NAT103", Severity.ERROR, stage=Stage.FORWARD, yields_to=("device-assert", "label-out-of-range", "index-out-of-range", "hardware-failure")
)

_WORDS = wording(
    r"illegal memory access was encountered|cudaErrorIllegalAddress|misaligned address|unspecified launch failure|cudaErrorLaunchFailure"
    r"|an illegal instruction was encountered|invalid program counter|operation not supported on global/shared address space"
    r"|cuda runtime error \((?:77|700|719|716)\)|HIP error: (?:an illegal memory access|unspecified launch failure)"
    r"|Cuda failure (?:\d+ )?'(?:an illegal memory access|unspecified launch failure)"
)


@ILLEGAL_MEMORY_ACCESS.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    found = next((one for text in (failure, *failure.causes) if (one := _WORDS.search(text.message))), None)
    if found:
        blocking = machine.variables.get("CUDA_LAUNCH_BLOCKING") == "1"
        yield ILLEGAL_MEMORY_ACCESS.found(
            "a kernel touched memory that is not its own",
            Confidence.LIKELY,
            seen={
                "this line": "made the call (CUDA_LAUNCH_BLOCKING=1)" if blocking else "is where CUDA told it, not where it happened",
                "says": failure.first_line[:200],
            },
        )
