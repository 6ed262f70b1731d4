"""No accelerator is seen, though one is asked for.

Why
---
The program asks for CUDA, MPS or a device number that this process cannot see: a build of PyTorch for the CPU, no driver, a machine without
a GPU, or `CUDA_VISIBLE_DEVICES` that hides it. A checkpoint saved on a GPU asks for one when it is loaded.

Fix
---
- `device = "cuda" if torch.cuda.is_available() else "cpu"`, and `.to(device)` throughout.
- Load with `torch.load(path, map_location=device)`.
- If there is a GPU: `nvidia-smi`, then a build of PyTorch for CUDA (`torch.version.cuda` is None in one for the CPU).
- Device numbers count from 0 among those in `CUDA_VISIBLE_DEVICES`.

Bad
---
    model = Net().cuda()

Good
----
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Net().to(device)
"""

import re

from stepscope.evidence import Failure, Log, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DEVICE_NOT_VISIBLE = Rule("ENV104", Severity.ERROR, stage=Stage.ENVIRONMENT, yields_to=("driver-mismatch", "device-unsupported"))

_FORMS = {
    "this build of PyTorch has no support for the device": (
        r"not compiled with (?:CUDA|XPU|ROCm|HIP)|compiled without (?:CUDA|XPU) support|not linked with support for (?:mps|cuda|xpu)"
        r"|Found no NVIDIA driver|Cannot initialize CUDA without ATen_cuda|doesn't have (?:MPS|XPU)|MPS backend is supported on"
    ),
    "no accelerator is seen": (
        r"No (?:CUDA|HIP|XPU) (?:GPUs|devices?) (?:are|is) available|no CUDA-capable device is detected|only supported with GPUs, no GPUs found"
        r"|No supported gpu backend found|[Aa]ccelerator` can not run on your system|No GPU found|requires a GPU \(not|None of .{0,40}GPUs? .{0,20}available"
        r"|can only be used on CUDA devices|can only be used (?:with|on) .{0,30}(?:CUDA|GPU)|[Cc]annot access accelerator device when none is available"
        r"|Your setup doesn't support bf16/gpu|requires? (?:a )?(?:CUDA|GPU)[ -](?:enabled )?(?:device|GPU)|torch\.cuda\.is_available\(\) (?:should be True|returned False)"
    ),
    "the device with this number does not exist": (
        r"invalid device ordinal|Invalid device id|Invalid device argument|hipErrorInvalidDevice|But your machine only has:"
        r"|device index \d+ (?:is )?out of range|device=\S+ must be (?:between|less)"
    ),
    "the checkpoint was saved on a device that is not here": (
        r"Attempting to deserialize object on (?:a )?\w+ device(?: \d+)? but torch\.\w+\.(?:is_available\(\) is False|device_count\(\) is \d+)"
        r"|device module is not registered"
    ),
}
_NO_DEVICE = wording(r"CUDA_ERROR_NO_DEVICE|hipErrorNoDevice|Could not find (?:cuda|TensorRT) drivers|Num GPUs Available: *0\b|Cannot dlopen some GPU libraries")
_FIRST = wording(r"\b\w*(?:gpu|device|accelerator)\w*(?:\([^()]*\))?\s*\[\d+\]", re.IGNORECASE)
"""The first of a list of devices."""
_COMPILED = {headline: wording(pattern) for headline, pattern in _FORMS.items()}


@DEVICE_NOT_VISIBLE.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    if not failure.is_a("RuntimeError", "AssertionError", "ValueError", "MisconfigurationException", "AcceleratorError", "NotImplementedError"):
        return
    headline = next((headline for headline, pattern in _COMPILED.items() if pattern.search(failure.message)), None)
    if headline:
        yield DEVICE_NOT_VISIBLE.found(
            headline,
            stage=Stage.ENVIRONMENT,
            seen={
                "framework": machine.framework,
                "built for an accelerator": {True: "yes", False: "no", None: ""}[machine.accelerator_built],
                "accelerators seen": machine.accelerators,
                "CUDA_VISIBLE_DEVICES": machine.variables.get("CUDA_VISIBLE_DEVICES", ""),
                "says": failure.first_line[:200],
            },
            fix=("Load with `map_location=\"cpu\"`.",) if "checkpoint" in headline else (),
        )


@DEVICE_NOT_VISIBLE.seen_in
def none_listed(failure: Failure, log: Log) -> Witnessed:
    """The first of a list of devices that is empty."""
    line = failure.user_frame
    if failure.is_a("IndexError") and failure.says("list index out of range") and line is not None and _FIRST.search(line.expression or line.code):
        told = log.find(_NO_DEVICE)
        yield DEVICE_NOT_VISIBLE.found(
            "the list of devices is empty, and its first one is asked for", Confidence.LIKELY, stage=Stage.ENVIRONMENT,
            seen={"line": line.code[:200], "the log says": told.said.text.strip()[:250] if told else ""},
        )  # fmt: skip
