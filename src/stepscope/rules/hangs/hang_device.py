"""The run waits for a device that does not answer.

Why
---
Kernels run by themselves; the process waits for them where it reads a value (`.item()`, `.cpu()`, `synchronize`). A kernel that never ends, a device that
fell off the bus or a driver that stopped it stands behind such a wait. Where a display hangs on the device, its driver ends any kernel that takes some seconds.

Fix
---
- Look at the driver's messages: `dmesg | grep -i xid`, and at `nvidia-smi` (a device at 100 % with no memory traffic, or ERR!).
- Train on a device without a display, or raise the driver's limit (`TdrDelay` on Windows).
- Run once with `CUDA_LAUNCH_BLOCKING=1`: the line at which it stands is then the kernel's own.

Bad
---
    loss = huge_kernel(x).sum().item()        # seconds in one kernel, on the device of the display

Good
----
    loss = sum(huge_kernel(part).sum() for part in x.chunk(16)).item()
"""

from stepscope.evidence import Failure, Interruption, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HANG_DEVICE = Rule("HNG103", Severity.ERROR, stage=Stage.BACKWARD, yields_to=("hang-worker", "hang-collective"))

_STOPPED = wording(r"the launch timed out and was terminated|cudaErrorLaunchTimeout|CUDA_ERROR_LAUNCH_TIMEOUT")
_WAITS = wording(r"\bsynchronize\(|\.item\(\)|\.cpu\(\)|\.tolist\(\)|\.to\(['\"]cpu")


@HANG_DEVICE.seen_in
def stopped(failure: Failure, log: Log) -> Witnessed:
    if _STOPPED.search(failure.message):
        yield HANG_DEVICE.found("a kernel ran too long, and the driver ended it", Confidence.LIKELY, seen={"says": failure.first_line[:200]})


@HANG_DEVICE.seen_in
def dumped(stop: Interruption, log: Log) -> Witnessed:
    """In a dump of stacks: the process reads a value off the device."""
    main = stop.stacks.get("main", ())
    inner = main[-1] if main and not stop.signal else None
    if inner and (inner.name == "synchronize" or _WAITS.search(inner.code)):
        yield HANG_DEVICE.found(f"stood still in `{inner.name}`, waiting for the device", Confidence.POSSIBLE, stage=Stage.BACKWARD, seen={"stands in": f"{inner.file}:{inner.line}"})
