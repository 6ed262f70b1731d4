"""Driver, CUDA and cuDNN versions do not fit each other.

Why
---
A build of PyTorch carries its CUDA libraries and needs a driver at least as new. A second cuDNN or cuBLAS found first on
`LD_LIBRARY_PATH`, a driver updated without a restart, or an extension built with another CUDA breaks the set.

Fix
---
- `nvidia-smi` shows the newest CUDA that the driver can run; `torch.version.cuda` is what PyTorch was built for. Update the driver, or install
  a build for an older CUDA.
- `unset LD_LIBRARY_PATH`, so that PyTorch finds the libraries that came with it.
- "Driver/library version mismatch": restart the machine.

Bad
---
    export LD_LIBRARY_PATH=/usr/local/cuda-11.1/lib64       # older than what torch was built with

Good
----
    unset LD_LIBRARY_PATH
"""

import re

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

DRIVER_MISMATCH = Rule("ENV102", Severity.ERROR, stage=Stage.ENVIRONMENT)

_FORMS = {
    "the driver is older than the CUDA of this build": (
        r"driver version is insufficient|driver on your system is too old|cudaErrorInsufficientDriver|driver .{0,40}too old"
    ),
    "the code was compiled with a newer CUDA than the driver reads": (
        r"PTX was compiled with an unsupported toolchain|cudaErrorUnsupportedPtxVersion|[Uu]nsupported \.version|PTX version"
    ),
    "driver and CUDA do not fit": (
        r"forward compatibility was attempted|unsupported display driver / cuda driver combination|[Dd]river/library version mismatch"
        r"|cudaErrorSystemDriverMismatch|cudaErrorCompatNotSupportedOnDevice|cudaErrorSystemNotReady"
    ),
    "cuDNN is another version than PyTorch was built with": (
        r"cuDNN version incompatibility|CUDNN_STATUS_(?:SUBLIBRARY_)?VERSION_MISMATCH|CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED"
    ),
    "CUDA of the toolkit and of PyTorch differ": r"detected CUDA version .{0,40}mismatches the version that was used to compile",
    "libraries of several CUDA versions meet": r"lib(?:cu\w+|nv\w+|nccl)[\w.\-/]*: (?:undefined symbol|version .{0,40} not found)|libnvJitLink",
}
_COMPILED = {headline: wording(pattern, re.DOTALL) for headline, pattern in _FORMS.items()}


@DRIVER_MISMATCH.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    for one in (failure, *failure.causes):
        headline = next((headline for headline, pattern in _COMPILED.items() if pattern.search(one.message)), None)
        if headline:
            yield DRIVER_MISMATCH.found(headline, stage=Stage.ENVIRONMENT, seen={"framework": machine.framework, "says": one.message[:250]})
            return
