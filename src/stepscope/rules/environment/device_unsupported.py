"""This build has no kernels for this device.

Why
---
A build of PyTorch, or of an extension, holds machine code for a list of devices. A GPU that is newer or older than the list, a number type
that a device does not have, or an operator that a backend has not yet, cannot run.

Fix
---
- `torch.cuda.get_arch_list()` against `torch.cuda.get_device_capability()`: install a build of PyTorch that names this device.
- Extensions: build anew with `TORCH_CUDA_ARCH_LIST` set to the device's capability.
- MPS: float32 instead of float64; `PYTORCH_ENABLE_MPS_FALLBACK=1` runs missing operators on the CPU.

Bad
---
    x = torch.tensor(array).to("mps")                   # float64

Good
----
    x = torch.tensor(array, dtype=torch.float32).to("mps")
"""

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

DEVICE_UNSUPPORTED = Rule("ENV103", Severity.ERROR, stage=Stage.ENVIRONMENT, yields_to=("driver-mismatch",))

_FORMS = {
    "no kernel was built for this device": (
        r"no kernel image is available|device kernel image is invalid|hipErrorNoBinaryForGpu|invalid device function"
        r"|is not compatible with the current PyTorch installation|[Uu]nsupported gpu architecture|CUDA_ARCH list"
    ),
    "this device is too old for what is asked of it": (
        r"only supports Ampere GPUs or newer|is too old to be supported by the triton|GPU.{0,40}(?:compute )?capability (?:of )?(?:at least|>=)"
        r"|bf(?:loat)?16 is (?:only|not) supported|does not support bfloat16|requires \.target sm_\d+|supports? devices? with (?:compute )?capability"
    ),
    "the device lacks this operation or number type": (
        r"is not currently implemented for the (?:MPS|XPU) device|Cannot convert a MPS Tensor to float64|MPS framework doesn't support \w+"
        r"|not supported on MPS|[Cc]omplex\w* .{0,40}MPS|does not support automatic fallback"
    ),
}
_COMPILED = {headline: wording(pattern) for headline, pattern in _FORMS.items()}


@DEVICE_UNSUPPORTED.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    for one in (failure, *failure.causes):
        headline = next((headline for headline, pattern in _COMPILED.items() if pattern.search(one.message)), None)
        if headline or one.is_a("GPUTooOldForTriton"):
            yield DEVICE_UNSUPPORTED.found(
                headline or "this device is too old for triton",
                stage=Stage.ENVIRONMENT,
                seen={"framework": machine.framework, "says": one.first_line[:250]},
            )
            return
