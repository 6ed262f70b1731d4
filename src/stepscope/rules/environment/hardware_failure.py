"""A device or a node failed.

Why
---
The memory of the device reported an error that it could not correct, or the device is gone from the bus. No change of the program cures
that, and results of the minutes before may be wrong.

Fix
---
- `nvidia-smi -q -d ECC,PAGE_RETIREMENT` and `dmesg | grep -i xid` name the device; take it out of use and restart the node.
- Go on from the last checkpoint on another device; if the same step fails there, it was not the hardware.

Bad
---
    while True:
        train()                 # started again on the same broken device

Good
----
    CUDA_VISIBLE_DEVICES=1,2,3 python train.py --resume last.pt
"""

import re

from stepscope.evidence import Failure, Log, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HARDWARE_FAILURE = Rule("ENV107", Severity.ERROR, stage=Stage.ENVIRONMENT)

_WORDS = wording(
    r"uncorrectable (?:ECC|NVLink) error|cudaErrorECCUncorrectable|ECC error|GPU is lost|fallen off the bus|hardware stack error"
    r"|Unable to determine the device handle for GPU|cudaErrorDevicesUnavailable|device\(s\) is/are busy or unavailable|\bXid\b.{0,40}\d+"
    r"|cudaErrorNvlinkUncorrectable|cudaErrorHardwareStackError|unhandled cuda error.{0,80}ECC|Memory access fault by GPU node"
)
_BUSY = wording(r"busy or unavailable|cudaErrorDevicesUnavailable")


@HARDWARE_FAILURE.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    found = next((found for one in (failure, *failure.causes) if (found := _WORDS.search(one.message))), None)
    if found and failure.is_a("RuntimeError", "OSError", "AcceleratorError"):
        busy = _BUSY.search(found[0])
        yield HARDWARE_FAILURE.found(
            "the device is busy or does not answer" if busy else "the device reports a hardware error",
            Confidence.POSSIBLE if busy else Confidence.CERTAIN,
            stage=Stage.ENVIRONMENT,
            seen={"says": failure.message[:250]},
        )


_SAID = wording(
    r"\bNode failure\b|DUE TO NODE FAIL|NODE_FAIL|NVRM: Xid \(|GPU has fallen off the bus|uncorrectable ECC|GPU is lost|NVLink.{0,40}(?:fatal|failure)"
    r"|node .{0,60}(?:went down|is down|not responding|NotReady)|Machine check(?: events|: )|EDAC .{0,40}UE |spot (?:instance|VM).{0,40}(?:reclaim|terminat)",
    re.IGNORECASE,
)


@HARDWARE_FAILURE.seen_in
def told(log: Log) -> Witnessed:
    """What the scheduler or the kernel writes of a node or a device."""
    heard = log.find(_SAID)
    if heard:
        yield HARDWARE_FAILURE.found(
            "a node or device failed", Confidence.LIKELY, stage=Stage.ENVIRONMENT, seen={"says": heard.said.text.strip()[:250]}, said=heard.said
        )
