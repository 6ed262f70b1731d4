"""The limit of open files was reached.

Why
---
Every open file, memory map, socket and each tensor that a worker hands over takes a descriptor; a process has 1024 of them by default. They
are given back when the object is closed or gone, not before.

Fix
---
- Open files with `with`, in `__getitem__`; keep a few handles, not one per sample.
- Loader workers: `torch.multiprocessing.set_sharing_strategy("file_system")`; do not keep batches in a list.
- Raise the limit: `ulimit -n 65536`, or `resource.setrlimit` at the start.

Bad
---
    self.files = [open(path, "rb") for path in paths]

Good
----
    def __getitem__(self, index):
        with open(self.paths[index], "rb") as file:
            return decode(file.read())
"""

from stepscope.evidence import Failure, Machine, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

TOO_MANY_OPEN_FILES = Rule("WRK106", Severity.ERROR, stage=Stage.DATA)

_WORDS = ("Too many open files", "os error 24", "received 0 items of ancdata", "ulimit -n")
_EMFILE = (24, 23)
"""EMFILE, ENFILE."""


@TOO_MANY_OPEN_FILES.seen_in
def reached(failure: Failure, machine: Machine) -> Witnessed:
    told = next((one for one in (failure, *failure.causes) if (one.errno in _EMFILE and one.is_a("OSError")) or one.says(*_WORDS)), None)
    if told is None:
        return
    limit, held = machine.open_files_limit, machine.open_files
    yield TOO_MANY_OPEN_FILES.found(
        f"the limit of {limit} open files was reached" if limit else "no further file may be opened",
        seen={"limit": limit, "open afterwards": held, "file": told.filename or "", "says": told.message[:200]},
    )
