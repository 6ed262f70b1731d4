"""Kernels, libraries and drivers of the device, as TensorFlow reports them."""

from __future__ import annotations

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.environment.device_not_visible import DEVICE_NOT_VISIBLE
from stepscope.rules.environment.driver_mismatch import DRIVER_MISMATCH
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.native.illegal_memory_access import ILLEGAL_MEMORY_ACCESS
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.tensorflow.sayings import first, sayings
from stepscope.rules.tensorflow.told import KERNELS, SPARED, TOLD_OOM, TOLD_VERSIONS, stopped


@DRIVER_MISMATCH.seen_in
def versions(failure: Failure, log: Log) -> Witnessed:
    heard, own = log.find(TOLD_VERSIONS), TOLD_VERSIONS.search(failure.message)
    found = heard.match if heard else own
    if found and (own or KERNELS.search(failure.message) or not failure.type):
        yield DRIVER_MISMATCH.found(
            f"cuDNN {found['has']} is loaded, TensorFlow was built with {found['needs']}" if found["has"] else "cuDNN is older than TensorFlow needs",
            CERTAIN,
            stage=Stage.ENVIRONMENT,
            seen={"says": found.string.strip()[:300], "then": first(failure) if heard else ""},
            instead=(f"Install cuDNN {found['needs'] or 'of the version that is asked for'} (or a newer one of the same major version), or the TensorFlow that was built with yours; look for a second copy in `LD_LIBRARY_PATH`.",),
        )


@LIBRARY_INIT_FAILED.seen_in
def kernels(failure: Failure, log: Log) -> Witnessed:
    """CuDNN or cuBLAS could not be set up, and nothing tells why."""
    found = KERNELS.search(failure.message)
    if found and not log.find(TOLD_VERSIONS) and not next((one for one in log.every(TOLD_OOM) if not SPARED.search(one.said.text)), None):
        status = log.find(wording(r"CU(?:DNN|BLAS|SOLVER)_STATUS_\w+"))
        yield LIBRARY_INIT_FAILED.found(
            f"a library of the device could not be started: {found[0].rstrip('!')}",
            LIKELY,
            stage=Stage.ENVIRONMENT,
            seen={"status": status.match[0] if status else "", "says": first(failure)},
            instead=(
                "Most often the memory of the device is taken: stop other processes on it, and call `tf.config.experimental.set_memory_growth(gpu, True)` first.",
                "If that does not help, compare the versions of CUDA and cuDNN with the table of tested builds of this TensorFlow.",
            ),
        )


_LAUNCH = wording(r"CUDA_ERROR_(?P<what>ILLEGAL_ADDRESS|LAUNCH_FAILED|MISALIGNED_ADDRESS)|an illegal memory access was encountered|unspecified launch failure")
_HANDLE = wording(r"[Cc]ould not create cudnn handle: (?P<status>\w+)|[Ff]ailed to create cublas handle: (?P<blas>[\w ]+)|Check failed: stream->parent\(\)->Get\w*Algorithms|Failed to set cuDNN stream|Loaded runtime CuDNN library")


@LIBRARY_INIT_FAILED.seen_in
def aborted(log: Log) -> Witnessed:
    """TensorFlow aborts itself where cuDNN or cuBLAS could not be started."""
    handle = log.find(_HANDLE)
    if handle and stopped(log) and not log.find(TOLD_VERSIONS) and not log.find(TOLD_OOM):
        yield LIBRARY_INIT_FAILED.found(
            f"cuDNN could not be started: {handle.match['status']}" if handle.match["status"] else "a library of the device could not be started",
            LIKELY, stage=Stage.ENVIRONMENT, seen={"the log says": handle.said.text.strip()[:250]},
        )  # fmt: skip


@DRIVER_MISMATCH.seen_in
def aborted_for_versions(log: Log) -> Witnessed:
    told = log.find(TOLD_VERSIONS)
    if told and told.match["has"] and stopped(log):
        yield DRIVER_MISMATCH.found(
            f"cuDNN {told.match['has']} is loaded, TensorFlow was built with {told.match['needs']}", CERTAIN, stage=Stage.ENVIRONMENT,
            seen={"the log says": told.said.text.strip()[:300]}, instead=(f"Install cuDNN {told.match['needs']} or a newer one of the same major version.",),
        )  # fmt: skip


@ILLEGAL_MEMORY_ACCESS.seen_in
def launched(log: Log) -> Witnessed:
    """A kernel that touched memory that is not its own, told by the driver."""
    told = log.find(_LAUNCH)
    if told and (stopped(log) or "CUDA_ERROR" in told.match[0]):
        yield ILLEGAL_MEMORY_ACCESS.found("a kernel of the device failed: " + told.match[0], LIKELY, seen={"the log says": told.said.text.strip()[:250]})


@ILLEGAL_MEMORY_ACCESS.seen_in
def launched_within(failure: Failure) -> Witnessed:
    told = _LAUNCH.search(failure.message)
    if told and told["what"]:
        yield ILLEGAL_MEMORY_ACCESS.found("a kernel of the device failed: " + told[0], LIKELY, seen={"says": first(failure)})


sayings(DRIVER_MISMATCH, (
    (r"CUDA driver version is insufficient for CUDA runtime version", "the driver is older than CUDA needs"),
    (r"Could not find '(?P<library>(?:cudart|cudnn|cublas|nvcuda)\w*\.dll)'\. TensorFlow requires that this DLL", "TensorFlow looks for {library}, which is not there"),
    (r"kernel version [\d.]+ does not match DSO version|no kernel image is available for execution on the device: compiled", "driver and libraries of CUDA differ"),
), stage=Stage.ENVIRONMENT)  # fmt: skip

sayings(DEVICE_NOT_VISIBLE, (
    (r"Cannot assign a device for operation[^\n]*(?:GPU|gpu)[^\n]*(?:not registered|available devices|but available)|[Uu]nknown device (?:type|name)?:? ?[^\n]*GPU|FAILED_PRECONDITION: no (?:visible )?(?:GPU|CUDA)|Unable to initialize backend '(?:cuda|tpu|gpu)'|failed to query TPU|no CUDA-capable device is detected", "a graph asks for an accelerator that is not seen"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
