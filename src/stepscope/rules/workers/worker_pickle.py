"""Something that a spawned worker needs cannot be pickled.

Why
---
Where workers are spawned (Windows, macOS, `multiprocessing_context="spawn"`, Linux from Python 3.14 on), the data set, its transforms and the
collate function travel to them as bytes. Lambdas, functions inside of functions, open files, locks, generators and database handles cannot travel.

Fix
---
- Move lambdas and inner functions to the top of the module; `functools.partial` carries their arguments.
- Open files and handles when the first sample is asked for, in the worker, not in `__init__`.
- `num_workers=0`, or `multiprocessing_context="fork"` where the system has it.

Bad
---
    loader = DataLoader(dataset, num_workers=2, collate_fn=lambda batch: torch.stack(batch))

Good
----
    loader = DataLoader(dataset, num_workers=2, collate_fn=torch.stack)
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

WORKER_PICKLE = Rule("WRK103", Severity.ERROR, stage=Stage.DATA)

_WORDS = wording(r"[Cc]an(?:'|no)t pickle (?P<what>.{1,120})|cannot pickle (?P<thing>.{1,120})|Can't get (?:local )?(?:attribute|object) (?P<name>.{1,120})|(?P<such>[\w.]{1,80} objects?) can(?:'|no)t be pickled")
_STARTING = ("popen_spawn_posix.py", "popen_spawn_win32.py", "popen_forkserver.py", "multiprocessing/reduction.py", "multiprocessing/spawn.py")


@WORKER_PICKLE.seen_in
def starting(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if not found or not failure.passes_file(*_STARTING):
        return
    what = (found["what"] or found["thing"] or found["name"] or found["such"]).strip()
    yield WORKER_PICKLE.found(
        f"a spawned worker cannot be given {what}",
        Confidence.CERTAIN,
        stage=Stage.DATA,
        seen={"exception": failure.type, "says": failure.message[:300]},
    )
