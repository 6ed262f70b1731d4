"""A logged quantity is read under a name that was never logged.

Why
---
`history` holds what `fit` has measured: `val_` entries are there only with validation data that give at least one batch, metrics under the
name that they were compiled with, `lr` only with a callback that logs it. `acc` became `accuracy` with TensorFlow 2.

Fix
---
- Print `history.history.keys()` and read under one of those names.
- For `val_loss`, give `fit` validation data (`validation_data=`, `validation_split=`), with at least one batch.
- For `accuracy`, compile with `metrics=["accuracy"]`; before TensorFlow 2 the name was `acc`.

Bad
---
    history = model.fit(x, y, epochs=2)
    best = np.argmin(history.history["val_loss"])

Good
----
    history = model.fit(x, y, epochs=2, validation_split=0.2)
    best = np.argmin(history.history["val_loss"])
"""

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HISTORY_KEY_MISSING = Rule("REG111", Severity.ERROR, stage=Stage.LOGGING)

_KEY = wording(r"^['\"](?P<key>(?:val_|train_|valid_)?\w*(?:loss|acc(?:uracy)?|auc|mae|mse|iou|precision|recall|f1|dice|lr|learning_rate|coef|error|score|metric|map|r2)\w*)['\"]")
_READ = wording(r"\bhist\w*\b|\.history\b|\blogs?\b|callback_metrics|log_history|\bmetrics\b|\bresults?\b", re.IGNORECASE)


@HISTORY_KEY_MISSING.seen_in
def looked_up(failure: Failure) -> Witnessed:
    line, found = failure.user_frame, _KEY.match(failure.message.strip())
    if not failure.is_a("KeyError") or line is None or found is None or not _READ.search(line.code):
        return
    sure = Confidence.CERTAIN if re.search(r"hist\w*|\.history", line.code) else Confidence.LIKELY
    yield HISTORY_KEY_MISSING.found(
        f"the history has no `{found['key']}`",
        sure,
        stage=Stage.LOGGING,
        seen={"line": line.code},
        fix=("`val_` entries are there only where `fit` was given validation data of at least one batch.",) if found["key"].startswith("val_") else (),
    )
