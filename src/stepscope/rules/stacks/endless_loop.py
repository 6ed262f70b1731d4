"""A loop that never ends.

Why
---
The run uses a whole core and makes no step: the condition that should end the loop is never met, so every hour of it is lost.

Fix
---
- Give the loop a bound (`for _ in range(1000)`) and an error for the case that it is reached.
- Check what the condition compares: a float that is never equal, a counter that is not counted, a NaN, which is never less.

Bad
---
    while abs(error - target) > 1e-9:
        error = refine(error)

Good
----
    for _ in range(1000):
        error = refine(error)
        if abs(error - target) < 1e-6:
            break
"""

from stepscope.evidence import Interruption, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

ENDLESS_LOOP = Rule("STK107", Severity.ERROR, stage=Stage.FORWARD, yields_to=("hang-worker", "hang-io", "hang-collective", "hang-device"))


@ENDLESS_LOOP.seen_in
def standstill(stop: Interruption) -> Witnessed:
    stack = stop.stacks.get("main", ())
    if not stop.standing_still or not stack or not stack[-1].user:
        return
    yield ENDLESS_LOOP.found(
        f"no step was finished for {stop.seconds_told or 'long'}, while `{stack[-1].name}` ran",
        Confidence.LIKELY,
        seen={"stood at": stack[-1].code, "a step took before": "" if stop.usual_seconds is None else f"{stop.usual_seconds:.3g} s", "steps finished": stop.steps},
    )
