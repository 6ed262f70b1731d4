"""The memory of the accelerator is exhausted.

Why
---
Weights, gradients, the optimizer's state and the activations of a batch share the memory of one device, with every other process on it.
The allocation that failed is only the one that came last. cuBLAS and cuDNN report the same as ALLOC_FAILED.

Fix
---
- Lower the batch size (and accumulate gradients), the image size or the sequence length.
- `torch.autocast`, activation checkpointing, an optimizer with less state.
- Validate under `torch.no_grad()`; keep `loss.item()` for the log, not `loss`.
- Look with `nvidia-smi` for other processes on the device; much memory reserved but not allocated means fragmentation:
  `PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True`.

Bad
---
    loader = DataLoader(dataset, batch_size=512)

Good
----
    loader = DataLoader(dataset, batch_size=64)
    for step, (x, y) in enumerate(loader):
        (criterion(model(x), y) / 8).backward()
        if step % 8 == 7:
            optimizer.step()
            optimizer.zero_grad()
"""

import re

from stepscope.evidence import Batch, Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

GPU_OOM = Rule("MEM101", Severity.ERROR, stage=Stage.FORWARD, yields_to=("memory-leak",))

_SIZE = r"[\d.]+ ?(?:bytes|[KMGT]i?B)"
_WORDS = wording(
    r"(?:CUDA|HIP|XPU|MPS backend|NPU|MUSA) out of memory"
    r"|CUDA (?:driver )?error: out of memory|HIP error: out of memory|cuda runtime error \(2\)|cudaErrorMemoryAllocation"
    r"|Cuda failure (?:2 )?'out of memory'|(?:XPU|UR_RESULT|PI)_?ERROR_OUT_OF_(?:DEVICE|RESOURCES)\w*"
    r"|CUDA error: (?:the )?(?:resource allocation failed|out of resources)"
    r"|CU(?:BLAS|DNN|SOLVER|SPARSE)_STATUS_(?:INTERNAL_ERROR_DEVICE_)?ALLOC\w*_FAILED|CUFFT_ALLOC_FAILED|miopenStatusAllocFailed"
)
_PERHAPS = wording(r"Unable to find a valid cuDNN algorithm|GET was unable to find an engine to execute this computation")
_FACTS = {
    "asked for": wording(rf"[Tt]ried to allocate (?P<value>{_SIZE})"),
    "memory of the device": wording(
        rf"total capacity of (?P<value>{_SIZE})|; (?P<old>{_SIZE}) total capacity|max allowed: (?P<mps>{_SIZE})"
    ),
    "free": wording(rf"of which (?P<value>{_SIZE}) is free|; (?P<old>{_SIZE}) free"),
    "allocated by PyTorch": wording(
        rf"(?P<value>{_SIZE}) is allocated by PyTorch|; (?P<old>{_SIZE}) already allocated|MPS allocated: (?P<mps>{_SIZE})"
    ),
    "reserved, but not allocated": wording(rf"(?P<value>{_SIZE}) is reserved by PyTorch but unallocated"),
}
_OTHERS = wording(rf"Process \d+ has {_SIZE} memory in use")


@GPU_OOM.seen_in
def batch(failure: Failure, batch: Batch) -> Witnessed:
    yield from _found(failure, f"{batch.rows} samples" if batch.rows else "")


@GPU_OOM.seen_in
def words(failure: Failure) -> Witnessed:
    yield from _found(failure, "")


def _found(failure: Failure, batch: str) -> Witnessed:
    found = _WORDS.search(failure.message)
    is_type = failure.type == "OutOfMemoryError" and "torch" in failure.module
    if not (found or is_type or (_PERHAPS.search(failure.message) and failure.is_a("RuntimeError"))):
        return
    facts = {name: _value(pattern, failure.message) for name, pattern in _FACTS.items()}
    size = facts["asked for"]
    yield GPU_OOM.found(
        f"no room on the device for another {size}" if size else "the memory of the device is exhausted",
        Confidence.CERTAIN if found or is_type else Confidence.POSSIBLE,
        seen={
            **facts,
            "other processes on the device": len(_OTHERS.findall(failure.message)) or "",
            "batch": batch,
            "says": "" if size else failure.message[:250],
        },
    )


def _value(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next((value for value in found.groups() if value), "") if found else ""
