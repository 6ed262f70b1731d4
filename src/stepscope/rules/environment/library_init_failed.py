"""cuDNN, cuBLAS, CUDA itself or another native library could not be initialised.

Why
---
Nothing of the model has run yet, or its first matrix product: the library was refused its place on the device, was not found, or
was begun in a process that had been forked after CUDA was in use. A device that is nearly full is refused in the same words.

Fix
---
- Look with `nvidia-smi` whether the device is full or used exclusively; try a smaller batch.
- "Cannot re-initialize CUDA in forked subprocess": keep CUDA out of `Dataset.__getitem__`, or start workers with `spawn`.
- "cannot open shared object file", "DLL load failed": reinstall the package for this Python and this CUDA.

Bad
---
    def __getitem__(self, index):
        return self.images[index].cuda()            # in a forked worker

Good
----
    def __getitem__(self, index):
        return self.images[index]
    # ... and in the loop: x = x.cuda(non_blocking=True)
"""

import re

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

LIBRARY_INIT_FAILED = Rule(
    "ENV105", Severity.ERROR, stage=Stage.ENVIRONMENT, yields_to=("driver-mismatch", "gpu-oom", "pagefile-too-small", "device-not-visible", "index-out-of-range", "label-out-of-range", "loss-activation-mismatch", "device-assert")
)

_FORMS = {
    "CUDA is begun again in a forked process": r"Cannot re-initialize CUDA in forked subprocess",
    "{0} could not be initialised": r"(CU(?:BLAS|DNN|SOLVER|SPARSE|RAND|FFT))_(?:STATUS_)?NOT_INITIALIZED|(MIOpen).{0,40}[Ii]nit",
    "CUDA could not be initialised": r"CUDA unknown error|CUDA (?:driver )?(?:error: )?initialization error|cudaErrorInitializationError|cuda runtime error \(3\)",
    "the library {0} is not found": r"(lib[\w\-.+]+\.so[\d.]*): cannot open shared object file|Could not load library (lib[\w.\-]+)",
    "a library of Windows is not found or does not start": r"\[WinError (?:126|127|182|1114)\]|DLL load failed while importing",
    "a library of macOS is not found": r"Library not loaded: |dlopen\(.{0,300}\): (?:symbol not found|tried)",
}
_COMPILED = {headline: wording(pattern, re.DOTALL) for headline, pattern in _FORMS.items()}


@LIBRARY_INIT_FAILED.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    if not failure.is_a("RuntimeError", "ImportError", "OSError"):
        return
    for headline, pattern in _COMPILED.items():
        found = pattern.search(failure.message)
        if found:
            name = next((group for group in found.groups() if group), "")
            yield LIBRARY_INIT_FAILED.found(
                headline.format(name),
                Confidence.LIKELY if "BLAS" in name or "DNN" in name.upper() else Confidence.CERTAIN,
                stage=Stage.ENVIRONMENT,
                seen={"framework": machine.framework, "says": failure.message[:250]},
            )
            return
