"""Memory of the device and of the machine, as TensorFlow and JAX report it."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Moment, Stage, wording
from stepscope.finding import Confidence
from stepscope.rule import Draft, Witnessed
from stepscope.rules.memory.gpu_oom import GPU_OOM
from stepscope.rules.memory.host_oom import HOST_OOM
from stepscope.rules.sentences import CERTAIN, LIKELY, POSSIBLE
from stepscope.rules.tensorflow.sayings import first
from stepscope.rules.tensorflow.told import KERNELS, SPARED, TOLD_OOM, TOLD_VERSIONS, stopped

_ALLOCATING = wording(r"OOM when allocating tensor (?:with shape|of shape) ?(?P<shape>\[[\d,]*\])?(?: and type (?P<type>\w+))?(?: on (?P<device>\S+))?")
_OUT = wording(
    r"(?i:out of memory while trying to allocate|ran out of memory trying to allocate|failed to allocate request for|out of memory allocating) (?P<size>[\d.]+ ?(?:[KMGT]i?B|bytes|B)?)"
    r"|CUDA_ERROR_OUT_OF_MEMORY|CUDA_OUT_OF_MEMORY|Ran out of memory in memory space (?P<space>\w+)|Dst tensor is not initialized|allocator out of memory|failed to allocate memory(?! for config)"
    r"|RESOURCE_EXHAUSTED: (?:Out of memory|Failed to allocate|Attempting to reserve)|Resource exhausted: (?:OOM|Out of memory|Failed to allocate)|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED"
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
    if found and not _on_host(failure.message.replace("device:CPU:0 to /job", "")) and not SPARED.search(failure.message[found.start() : found.end() + 120]):
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
    kernels = KERNELS.search(failure.message)
    if failure.type and not kernels:
        return
    told = next((heard for heard in log.every(TOLD_OOM) if not SPARED.search(heard.said.text)), None)
    small = next((heard for heard in log.every(_MEGABYTES) if int(heard.match["size"]) < SMALL), None)
    if told and not log.find(TOLD_VERSIONS):
        yield GPU_OOM.found(
            "cuDNN found no room on the device" if kernels else "the memory of the device is exhausted",
            LIKELY,
            seen={"the log says": told.said.text[:250], "memory for TensorFlow": f"{small.match['size']} MB" if small else "", "then": first(failure)},
            instead=_ROOM,
        )
    elif small and kernels and not log.find(TOLD_VERSIONS):
        yield GPU_OOM.found(f"cuDNN cannot start: TensorFlow has {small.match['size']} MB of the device", POSSIBLE, seen={"then": first(failure)}, instead=_ROOM)


@GPU_OOM.seen_in
def aborted_for_room(log: Log) -> Witnessed:
    """The same, where the log tells that no memory was left."""
    told = next((heard for heard in log.every(TOLD_OOM) if not SPARED.search(heard.said.text)), None)
    if told and stopped(log) and not log.find(TOLD_VERSIONS):
        yield GPU_OOM.found("the memory of the device is exhausted", LIKELY, seen={"the log says": told.said.text.strip()[:250]}, instead=_ROOM)
