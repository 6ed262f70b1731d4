"""Early stopping, checkpointing or a plateau schedule watches a quantity that is not logged.

Why
---
What is watched is found by its name among the quantities that were logged so far. A prefix (`val_loss` for `val/loss`), a metric that only the
validation logs, or a validation that runs later than the check leaves the name without a value.

Fix
---
- Watch a name that is logged, or log the quantity under the name that is watched.
- Where the quantity comes from the validation, let the validation run before the check: `check_val_every_n_epoch`, `eval_strategy`.

Bad
---
    self.log("val/loss", loss)
    EarlyStopping(monitor="val_loss")

Good
----
    self.log("val_loss", loss)
    EarlyStopping(monitor="val_loss")
"""

import re
from difflib import get_close_matches

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

MONITOR_MISUSE = Rule("REG107", Severity.ERROR, stage=Stage.METRICS)

_WATCHED = (
    wording(r"conditioned on metric [`'\"]?(?P<name>[^`'\"\s]+)[`'\"]? which is not available(?P<rest>.*)", re.DOTALL),
    wording(r"monitor=[`'\"]?(?P<name>[^`'\")\s]+)[`'\"]?\)`? could not find the monitored key in the returned metrics(?P<rest>.*)", re.DOTALL),
    wording(r"metric_for_best_model`? training argument is set to [`'\"](?P<name>[^`'\"]+)[`'\"], which is not found in the evaluation metrics(?P<rest>.*)", re.DOTALL),
)
_QUOTED = wording(r"[`'\"]([\w/.@ -]+)[`'\"]")
_OPTIONS = {"monitor", "EarlyStopping", "strict"}


@MONITOR_MISUSE.seen_in
def words(failure: Failure) -> Witnessed:
    found = next((match for form in _WATCHED for match in [form.search(failure.message)] if match), None)
    if found is None:
        return
    logged = [name for name in _QUOTED.findall(found["rest"].partition("HINT")[0]) if name not in _OPTIONS]
    near = get_close_matches(found["name"], logged, 1, 0.5)
    yield MONITOR_MISUSE.found(
        f"`{found['name']}` is watched, but nothing is logged under this name",
        stage=Stage.METRICS,
        seen={"watched": found["name"], "logged": ", ".join(logged)},
        fix=(f"Watch `{near[0]}`, which is logged.",) if near else (),
    )


@MONITOR_MISUSE.seen_in
def undefined(failure: Failure) -> Witnessed:
    """A plateau schedule under Lightning that was not told what to watch."""
    if failure.says("must include a monitor when a `ReduceLROnPlateau` scheduler is used"):
        yield MONITOR_MISUSE.found(
            "the plateau schedule is not told what to watch", Confidence.CERTAIN, stage=Stage.METRICS, seen={"says": failure.message[:300]}
        )
