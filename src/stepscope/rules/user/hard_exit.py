"""The process left in the midst of training without an exception, by `os._exit` or from within native code.

Why
---
`os._exit`, and the `exit` of a C library, end the process on the spot: no traceback, no `finally`, no exit handler, and what was not yet
written to a file is lost. Whoever started the run sees an exit code and nothing else.

Fix
---
- Raise an exception in place of `os._exit`: it says why, and files and loggers are closed.
- Where it has to be, say why first, and flush: `print(reason, file=sys.stderr, flush=True)`.
- If no line of your own does so, a library did: load the named samples alone.

Bad
---
    if not torch.isfinite(loss):
        os._exit(3)

Good
----
    if not torch.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss.item()} at step {step}")
"""

from stepscope.evidence import Death, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HARD_EXIT = Rule("RUN103", Severity.ERROR, stage=Stage.ENVIRONMENT)


@HARD_EXIT.seen_in
def death(death: Death) -> Witnessed:
    if death.signal is not None or not death.code or not death.midway:
        return
    how = f"left by `os._exit({death.code})`" if death.hard else f"left with code {death.code}, without an exception,"
    while_loading = f" while loading sample {death.samples[0]}" if len(death.samples) == 1 else ""
    yield HARD_EXIT.found(
        f"the process {how}{while_loading or f' after {death.steps} steps'}",
        Confidence.CERTAIN if death.hard else Confidence.LIKELY,
        seen={"exit code": death.code, "steps finished": death.steps, "loading samples": ", ".join(map(str, death.samples[:12]))},
    )
