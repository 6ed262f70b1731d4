"""Windows refuses to commit memory (error 1455): the paging file is too small.

Why
---
Windows counts memory when it is promised, not when it is used. Every loader worker is a new process that loads the CUDA libraries
again, which promises several gigabytes each; the sum must fit into memory and paging file together.

Fix
---
- Fewer workers: `num_workers=0` or 2; `persistent_workers=True` does not start them anew each epoch.
- A larger paging file: System, Advanced, Performance, Virtual memory; then start anew.
- Keep `import torch` out of modules that workers import without needing it.

Bad
---
    loader = DataLoader(dataset, num_workers=16)

Good
----
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True)
"""

from stepscope.evidence import Failure, Machine, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

PAGEFILE_TOO_SMALL = Rule("MEM103", Severity.ERROR, stage=Stage.ENVIRONMENT)

_WORDS = ("[WinError 1455]", "paging file is too small", "os error 1455", "error code: <1455>")


@PAGEFILE_TOO_SMALL.seen_in
def refused(failure: Failure, machine: Machine) -> Witnessed:
    told = next((one for one in (failure, *failure.causes) if one.says(*_WORDS)), None)
    if told:
        memory = machine.memory_megabytes
        yield PAGEFILE_TOO_SMALL.found(
            "Windows refuses to promise more memory (error 1455)",
            seen={"file": told.filename or "", "memory": "" if memory is None else f"{memory / 1000:.3g} GB", "says": told.message[:250]},
        )
