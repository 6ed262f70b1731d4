"""An ordinary error of the user's own code, with no narrower name.

Why
---
The exception says what Python could not do; the line, the variables that met there and the step say where the
program's idea of its data and the data itself part.

Fix
---
- Read the value that the line uses against what the line expects of it.
- Run the same step again on its own, with a debugger at this line.

Bad
---
    for batch in loader:
        loss = criterion(model(batch["image"]), batch["lable"])

Good
----
    for batch in loader:
        loss = criterion(model(batch["image"]), batch["label"])
"""

from stepscope.evidence import Failure, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

USER_CODE_EXCEPTION = Rule("RUN102", Severity.ERROR, stage=Stage.SETUP, fallback=True)


@USER_CODE_EXCEPTION.seen_in
def failure(failure: Failure) -> Witnessed:
    text = failure.message.strip().splitlines()
    first = f"{failure.type}: {text[0]}" if text else failure.type
    yield USER_CODE_EXCEPTION.found(
        first,
        Confidence.LIKELY if failure.module == "builtins" else Confidence.POSSIBLE,
        seen={"exception": failure.type, "says": failure.message[:400]},
    )
