"""Processes are spawned without an `if __name__ == "__main__"` guard.

Why
---
A spawned process imports the script anew to find its functions. Without the guard it runs the training again, which spawns again; Python stops that
with "An attempt has been made to start a new process before the current process has finished its bootstrapping phase".

Fix
---
- Put everything that runs, not only defines, into a function, and call it under `if __name__ == "__main__":`.

Bad
---
    loader = DataLoader(dataset, num_workers=2, multiprocessing_context="spawn")
    for batch in loader:
        train(batch)

Good
----
    def main():
        loader = DataLoader(dataset, num_workers=2, multiprocessing_context="spawn")
        for batch in loader:
            train(batch)

    if __name__ == "__main__":
        main()
"""

from stepscope.evidence import Failure, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

SPAWN_MAIN_GUARD = Rule("WRK104", Severity.ERROR, stage=Stage.SETUP)


@SPAWN_MAIN_GUARD.seen_in
def bootstrapping(failure: Failure) -> Witnessed:
    if failure.says("before the current process has finished its bootstrapping phase"):
        yield SPAWN_MAIN_GUARD.found(
            "processes are started while the script is being imported by one of them",
            stage=Stage.SETUP,
            seen={"says": "An attempt has been made to start a new process before the current process has finished its bootstrapping phase"},
        )
