"""Memory, kernels and compilers of the device, as TensorFlow and JAX report them."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Moment, Stage, wording
from stepscope.finding import Confidence
from stepscope.rule import Draft, Witnessed
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.environment.device_not_visible import DEVICE_NOT_VISIBLE
from stepscope.rules.environment.driver_mismatch import DRIVER_MISMATCH
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.memory.gpu_oom import GPU_OOM
from stepscope.rules.memory.host_oom import HOST_OOM
from stepscope.rules.native.illegal_memory_access import ILLEGAL_MEMORY_ACCESS
from stepscope.rules.sentences import CERTAIN, LIKELY, POSSIBLE
from stepscope.rules.tensorflow.sayings import first, sayings

_ALLOCATING = wording(r"OOM when allocating tensor (?:with shape|of shape) ?(?P<shape>\[[\d,]*\])?(?: and type (?P<type>\w+))?(?: on (?P<device>\S+))?")
_OUT = wording(
    r"(?i:out of memory while trying to allocate|ran out of memory trying to allocate|failed to allocate request for|out of memory allocating) (?P<size>[\d.]+ ?(?:[KMGT]i?B|bytes|B)?)"
    r"|CUDA_ERROR_OUT_OF_MEMORY|CUDA_OUT_OF_MEMORY|Ran out of memory in memory space (?P<space>\w+)|Dst tensor is not initialized|allocator out of memory|failed to allocate memory(?! for config)"
    r"|RESOURCE_EXHAUSTED: (?:Out of memory|Failed to allocate|Attempting to reserve)|Resource exhausted: (?:OOM|Out of memory|Failed to allocate)|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED"
)
_SPARED = wording(r"not a failure|performance gains|freed_by_count|_with_growth|retry", re.IGNORECASE)
_TOLD_OOM = wording(r"CUDA_ERROR_OUT_OF_MEMORY|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|ran out of memory trying to allocate|OOM when allocating tensor|Out of memory")
_TOLD_VERSIONS = wording(r"Loaded (?:runtime )?CuDNN library: (?P<has>[\d.]+)[^\n]*but source was compiled with:? (?P<needs>[\d.]+)|Loaded cuDNN version \d+.*(?:minimum|required)", re.IGNORECASE)
_KERNELS = wording(
    r"Failed to get convolution algorithm|Fail to find the dnn implementation|(?:No|no) DNN in stream executor|DNN library is not found|DNN library initialization failed|No algorithm worked!"
    r"|cuDNN launch failure|Failed to call ThenRnn|CUDNN_STATUS_EXECUTION_FAILED|GPU sync failed|[Bb]las x?G?E?M?[MV]?\w* ?launch failed|Attempting to perform (?:BLAS|DNN) operation using StreamExecutor without|[Ff]ailed to create cublas handle"
    r"|[Cc]ould not create cudnn handle|Failed to initialize (?:cuDNN|BLAS|cuBLAS)|cudaStreamCreate|Failed call to cudnnRNN|Could not find any valid algorithm for convolution"
)
_MEGABYTES = wording(r"with (?P<size>\d+) ?MB memory")
SMALL = 1800
"""Megabytes of a device below which cuDNN's own workspace is short of room."""
_ROOM = (
    "Lower the batch size, the picture size or the length of the sequences until it fits.",
    "Look with `nvidia-smi` for another process (a notebook's kernel) that holds the memory; TensorFlow takes all of it at the start.",
    "`tf.config.experimental.set_memory_growth(gpu, True)` before the first operation leaves room for cuDNN and others.",
)


@GPU_OOM.seen_in
def exhausted(failure: Failure, moment: Moment) -> Witnessed:
    """The allocator of an accelerator has no room."""
    told = _ALLOCATING.search(failure.message)
    if told and not _on_host(told["device"] or failure.message):
        yield _gpu(f"no room on the device for a tensor of {told['shape']}" if told["shape"] else "no room on the device for a tensor", failure, tensor=_tensor(told))
        return
    found = _OUT.search(failure.message)
    if found and not _on_host(failure.message.replace("device:CPU:0 to /job", "")) and not _SPARED.search(failure.message[found.start() : found.end() + 120]):
        size = found["size"]
        yield _gpu(f"no room on the device for another {_size(size)}" if size else "the memory of the device is exhausted", failure)


def _gpu(headline: str, failure: Failure, sure: Confidence = CERTAIN, **seen: str) -> Draft:
    node = re.search(r"node ([^\s}]+)", failure.message)
    return GPU_OOM.found(headline, sure, seen={**seen, "node": node[1] if node else "", "says": first(failure)}, instead=_ROOM)


def _tensor(told: re.Match[str]) -> str:
    """How large the tensor is that found no room."""
    count = 1
    for size in re.findall(r"\d+", told["shape"] or ""):
        count *= int(size)
    width = {"double": 8, "int64": 8, "complex64": 8, "half": 2, "bfloat16": 2, "uint8": 1, "int8": 1, "bool": 1}.get(told["type"] or "", 4)
    return f"{told['shape']} of {told['type']}, {count * width / 2**30:.2g} GiB" if told["shape"] and told["type"] else ""


def _size(text: str) -> str:
    return f"{int(text.split(maxsplit=1)[0]) / 2**30:.3g} GiB" if re.fullmatch(r"\d{6,}(?: ?bytes| ?B)?", text.strip()) else text


def _on_host(text: str) -> bool:
    return bool(re.search(r"device:CPU|/cpu:\d|by allocator (?:cpu|mklcpu|cuda_host|gpu_host)", text)) and not re.search(r"device:(?:GPU|TPU|XLA_GPU|DML)", text)


@HOST_OOM.seen_in
def host(failure: Failure) -> Witnessed:
    told = _ALLOCATING.search(failure.message)
    pinned = re.search(r"failed to alloc(?:ate)? (\S+) bytes on host", failure.message)
    array = re.search(r"Unable to allocate (?P<size>[\d.]+ [KMGTP]?i?B) for an array", failure.message)
    if array:
        yield HOST_OOM.found(f"a request for {array['size']} of memory was refused", CERTAIN, stage=Stage.DATA, seen={"says": first(failure)})
    elif failure.is_a("MemoryError") or (told and _on_host(told["device"] or failure.message)) or pinned or "std::bad_alloc" in failure.message[:200]:
        yield HOST_OOM.found(
            f"no memory of the machine for a tensor of {told['shape']}" if told and told["shape"] else "the memory of the machine is exhausted",
            CERTAIN,
            stage=Stage.DATA,
            seen={"tensor": _tensor(told) if told else "", "says": first(failure)},
            instead=(
                "The tensor is built on the CPU: a smaller shuffle or prefetch buffer, smaller pictures, a smaller batch, fewer workers.",
                "Read from disk batch by batch (`tf.data`, a `Sequence`) in place of one array of all.",
            ),
        )


@GPU_OOM.seen_in
def without_words(failure: Failure, log: Log) -> Witnessed:
    """A traceback that was cut off, or a kernel library that could not be set up, where the log before it tells of memory."""
    kernels = _KERNELS.search(failure.message)
    if failure.type and not kernels:
        return
    told = next((heard for heard in log.every(_TOLD_OOM) if not _SPARED.search(heard.said.text)), None)
    small = next((heard for heard in log.every(_MEGABYTES) if int(heard.match["size"]) < SMALL), None)
    if told and not log.find(_TOLD_VERSIONS):
        yield GPU_OOM.found(
            "cuDNN found no room on the device" if kernels else "the memory of the device is exhausted",
            LIKELY,
            seen={"the log says": told.said.text[:250], "memory for TensorFlow": f"{small.match['size']} MB" if small else "", "then": first(failure)},
            instead=_ROOM,
        )
    elif small and kernels and not log.find(_TOLD_VERSIONS):
        yield GPU_OOM.found(f"cuDNN cannot start: TensorFlow has {small.match['size']} MB of the device", POSSIBLE, seen={"then": first(failure)}, instead=_ROOM)


@DRIVER_MISMATCH.seen_in
def versions(failure: Failure, log: Log) -> Witnessed:
    heard, own = log.find(_TOLD_VERSIONS), _TOLD_VERSIONS.search(failure.message)
    found = heard.match if heard else own
    if found and (own or _KERNELS.search(failure.message) or not failure.type):
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
    found = _KERNELS.search(failure.message)
    if found and not log.find(_TOLD_VERSIONS) and not next((one for one in log.every(_TOLD_OOM) if not _SPARED.search(one.said.text)), None):
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


_FATAL = wording(r"(?:^|: )F(?:\d{4} \S+ +\d+)? ?tensorflow/|Check failed: |Aborted \(core dumped\)|terminate called after")
_LAUNCH = wording(r"CUDA_ERROR_(?P<what>ILLEGAL_ADDRESS|LAUNCH_FAILED|MISALIGNED_ADDRESS)|an illegal memory access was encountered|unspecified launch failure")
_HANDLE = wording(r"[Cc]ould not create cudnn handle: (?P<status>\w+)|[Ff]ailed to create cublas handle: (?P<blas>[\w ]+)|Check failed: stream->parent\(\)->Get\w*Algorithms|Failed to set cuDNN stream|Loaded runtime CuDNN library")


def _stopped(log: Log) -> bool:
    return log.find(_FATAL) is not None


@LIBRARY_INIT_FAILED.seen_in
def aborted(log: Log) -> Witnessed:
    """TensorFlow aborts itself where cuDNN or cuBLAS could not be started."""
    handle = log.find(_HANDLE)
    if handle and _stopped(log) and not log.find(_TOLD_VERSIONS) and not log.find(_TOLD_OOM):
        yield LIBRARY_INIT_FAILED.found(
            f"cuDNN could not be started: {handle.match['status']}" if handle.match["status"] else "a library of the device could not be started",
            LIKELY, stage=Stage.ENVIRONMENT, seen={"the log says": handle.said.text.strip()[:250]},
        )  # fmt: skip


@GPU_OOM.seen_in
def aborted_for_room(log: Log) -> Witnessed:
    """The same, where the log tells that no memory was left."""
    told = next((heard for heard in log.every(_TOLD_OOM) if not _SPARED.search(heard.said.text)), None)
    if told and _stopped(log) and not log.find(_TOLD_VERSIONS):
        yield GPU_OOM.found("the memory of the device is exhausted", LIKELY, seen={"the log says": told.said.text.strip()[:250]}, instead=_ROOM)


@DRIVER_MISMATCH.seen_in
def aborted_for_versions(log: Log) -> Witnessed:
    told = log.find(_TOLD_VERSIONS)
    if told and told.match["has"] and _stopped(log):
        yield DRIVER_MISMATCH.found(
            f"cuDNN {told.match['has']} is loaded, TensorFlow was built with {told.match['needs']}", CERTAIN, stage=Stage.ENVIRONMENT,
            seen={"the log says": told.said.text.strip()[:300]}, instead=(f"Install cuDNN {told.match['needs']} or a newer one of the same major version.",),
        )  # fmt: skip


@ILLEGAL_MEMORY_ACCESS.seen_in
def launched(log: Log) -> Witnessed:
    """A kernel that touched memory that is not its own, told by the driver."""
    told = log.find(_LAUNCH)
    if told and (_stopped(log) or "CUDA_ERROR" in told.match[0]):
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

sayings(COMPILER_FAILURE, (
    (r"Detected unsupported operations when trying to compile graph[^:]*on (?P<compiler>XLA_\w+): (?P<op>\w+)", "XLA cannot compile the operation {op}"),
    (r"No registered '(?P<op>\w+)' OpKernel for (?P<compiler>XLA_\w+)", "XLA has no kernel for {op}"),
    (r"(?:Could not find|could not find registered) compiler for platform (?P<platform>\w+)", "there is no compiler for the platform {platform}"),
    (r"libdevice not found at|Can't find libdevice|libdevice is required by this HLO", "XLA does not find libdevice of CUDA"),
    (r"Compilation failure: (?P<says_why>[^\n]{1,80})|[TX]PU compilation failed|tf2xla conversion failed|TPU compile(?:r|d)? fail", "a graph could not be compiled for the device"),
    (r"XLA (?:can't deduce|compilation (?:requires|failed))|must be a compile-time constant|[Cc]ouldn't (?:get|invoke) ptxas|ptxas (?:exited|returned an error)|Mosaic failed to compile|INTERNAL: .{0,60}(?:ptxas|nvlink)|Failed to compile (?:generated|PTX)|PJRT[^\n]*compil", "a graph could not be compiled for the device"),
), stage=Stage.SETUP, fix=(
    "Compile without XLA to be sure: `model.compile(..., jit_compile=False)`, no `@tf.function(jit_compile=True)`, no `TF_XLA_FLAGS`.",
    "Take the named operation out of the compiled part, or use one that the compiler knows (an LSTM that is not cuDNN's: `recurrent_dropout`, `unroll`); on a TPU all shapes must be fixed: `drop_remainder=True`.",
))  # fmt: skip

sayings(DEVICE_NOT_VISIBLE, (
    (r"Cannot assign a device for operation[^\n]*(?:GPU|gpu)[^\n]*(?:not registered|available devices|but available)|[Uu]nknown device (?:type|name)?:? ?[^\n]*GPU|FAILED_PRECONDITION: no (?:visible )?(?:GPU|CUDA)|Unable to initialize backend '(?:cuda|tpu|gpu)'|failed to query TPU|no CUDA-capable device is detected", "a graph asks for an accelerator that is not seen"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
