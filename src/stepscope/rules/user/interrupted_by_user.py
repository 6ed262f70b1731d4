"""The run was stopped by a person or a job scheduler, on purpose.

Why
---
Nothing is broken. What was not saved at the last checkpoint is lost.

Fix
---
- Save a checkpoint now and then, and on KeyboardInterrupt, so that a stopped run can go on.

Bad
---
    for epoch in range(100):
        train(epoch)
    torch.save(model.state_dict(), "last.pt")

Good
----
    for epoch in range(100):
        train(epoch)
        torch.save(model.state_dict(), "last.pt")
"""

from stepscope.evidence import Death, Failure, Interruption, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

INTERRUPTED_BY_USER = Rule(
    "RUN101", Severity.NOTE, stage=Stage.ENVIRONMENT, yields_to=("endless-loop", "hang-worker", "hang-io", "hang-collective", "hang-device", "hardware-failure", "host-oom")
)

_WORDS = {"SIGINT": "Ctrl-C", "SIGTERM": "a request to end (SIGTERM)", "SIGHUP": "a closed terminal (SIGHUP)"}


@INTERRUPTED_BY_USER.seen_in
def stopped(stop: Interruption) -> Witnessed:
    if not stop.signal:  # a dump of stacks, which ends nothing
        return
    stack = next((frame for frame in reversed(stop.stacks.get("main", ())) if frame.user), None)
    yield INTERRUPTED_BY_USER.found(
        f"stopped by {_WORDS.get(stop.signal, stop.signal)}" + (f" after {stop.steps} steps" if stop.steps else ""),
        stage=Stage.ENVIRONMENT,
        seen={"stood at": f"{stack.file}:{stack.line}  {stack.code}" if stack else ""},
    )


@INTERRUPTED_BY_USER.seen_in
def killed(death: Death) -> Witnessed:
    if death.signal == "SIGKILL" and death.memory_kills == 0:
        yield INTERRUPTED_BY_USER.found(
            f"killed by SIGKILL after {death.steps} steps{', while a sample was loaded' if death.samples else ''}, not for lack of memory",
            Confidence.LIKELY,
            stage=Stage.ENVIRONMENT,
            severity=Severity.ERROR,
            seen={"kills for lack of memory meanwhile": f"0, says {death.told_by}"},
        )


@INTERRUPTED_BY_USER.seen_in
def exception(failure: Failure) -> Witnessed:
    if failure.is_a("KeyboardInterrupt"):
        yield INTERRUPTED_BY_USER.found("stopped by Ctrl-C", stage=Stage.ENVIRONMENT)
