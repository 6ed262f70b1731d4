"""No space is left where something is written, or the quota is used up.

Why
---
Checkpoints, caches and logs of a long run fill a disk. A checkpoint that was being written is cut short and cannot be loaded.

Fix
---
- Free space: old checkpoints, `~/.cache` (torch, huggingface, pip), `/tmp`; keep the last few checkpoints only.
- Write to another disk; look at inodes too (`df -h`, `df -i`, `quota`).
- Save less: the weights without the optimizer's state where a resume is not needed.

Bad
---
    torch.save(state, f"checkpoint_{step}.pt")       # one every 100 steps, none ever deleted

Good
----
    torch.save(state, "last.pt.part")
    os.replace("last.pt.part", "last.pt")
"""

from stepscope.evidence import Failure, Machine, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DISK_FULL = Rule("MEM105", Severity.ERROR, stage=Stage.CHECKPOINT, yields_to=("shm-exhausted",))

_WORDS = ("No space left on device", "Disk quota exceeded", "os error 28", "(os error 122)", "not enough space on the disk", "database or disk is full")
_WRITER = ("PytorchStreamWriter failed writing", "unexpected pos ", "basic_ios::clear: iostream error", "file write failed")
_FULL = (28, 122)
"""ENOSPC, EDQUOT."""


@DISK_FULL.seen_in
def refused(failure: Failure, machine: Machine) -> Witnessed:
    chain = (failure, *failure.causes)
    certain = any((one.errno in _FULL and one.is_a("OSError")) or one.says(*_WORDS) for one in chain)
    writer = any(one.says(*_WRITER) for one in chain)
    if not (certain or writer):
        return
    told = next((one for one in chain if one.errno in _FULL or one.says(*_WORDS)), failure)
    free = machine.disk_free_megabytes
    quota = told.errno == 122 or told.says("quota")
    yield DISK_FULL.found(
        "the quota of the disk is used up" if quota else "no space is left on the disk" if certain else "the checkpoint could not be written to the end",
        Confidence.CERTAIN if certain else Confidence.LIKELY,
        seen={
            "file": told.filename or "",
            "free where the run was started": "" if free is None else f"{free / 1000:.3g} GB",
            "says": told.message[:250],
        },
    )
