"""Host memory is exhausted.

Why
---
The process asked for more memory than the machine, the container or the job has. Where the request itself is refused, an exception names its size;
where memory runs out page by page, the system kills the process without a word.

Fix
---
- Lower the batch size or the size of the images; load samples when they are asked for instead of all at the start.
- Fewer workers, a smaller `prefetch_factor`: each worker holds its own batches.
- If it grows from step to step, something is kept: append `loss.item()`, not `loss`.

Bad
---
    images = torch.stack([load(path) for path in paths])      # 60 000 photos at once

Good
----
    class Photos(Dataset):
        def __getitem__(self, index):
            return load(self.paths[index])
"""

from stepscope.evidence import Death, Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HOST_OOM = Rule("MEM102", Severity.ERROR, stage=Stage.DATA, yields_to=("memory-leak",))

_REFUSED = wording(
    r"DefaultCPUAllocator: (?:can't allocate memory|not enough memory): you tried to allocate (?P<bytes>\d+) bytes"
    r"|Unable to allocate (?P<size>[\d.]+ [KMGTP]?i?B) for an array"
)


@HOST_OOM.seen_in
def refused(failure: Failure, machine: Machine) -> Witnessed:
    found = _REFUSED.search(failure.message)
    if not found and not (failure.is_a("MemoryError") or (failure.errno == 12 and failure.is_a("OSError"))):
        return
    size = f"{int(found['bytes']) / 1e9:.3g} GB" if found and found["bytes"] else found["size"] if found else ""
    yield HOST_OOM.found(
        f"a request for {size} of memory was refused" if size else "memory is exhausted",
        seen={
            "asked for": size,
            "machine": _size(machine.memory_megabytes),
            "held by this process": _size(machine.resident_megabytes),
            "limit of this process": _size(machine.address_limit_megabytes),
        },
    )


@HOST_OOM.seen_in
def killed(death: Death) -> Witnessed:
    if death.signal == "SIGKILL" and death.memory_kills != 0:
        yield HOST_OOM.found(
            "the process was killed for lack of memory" if death.memory_kills else "the process was killed, perhaps for lack of memory",
            Confidence.CERTAIN if death.memory_kills else Confidence.POSSIBLE,
            seen={"kills booked meanwhile": death.memory_kills, "told by": death.told_by, "steps finished": death.steps},
        )


def _size(megabytes: float | None) -> str:
    return "" if megabytes is None else f"{megabytes / 1000:.3g} GB"
