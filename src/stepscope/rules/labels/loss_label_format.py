"""The labels are encoded in another way than the loss reads them: one-hot against index.

Why
---
Cross-entropy reads one class index per sample, (N,). Binary cross-entropy and regression losses read one number per output, (N, C). Labels
of the one form given to a loss of the other stop the run, or are taken for something else.

Fix
---
- For one class per sample: `nn.CrossEntropyLoss` with indices; from a one-hot encoding, `y.argmax(1)`.
- For several classes per sample: `nn.BCEWithLogitsLoss` with floats of shape (N, C); from indices, `F.one_hot(y, C).float()`.

Bad
---
    y = F.one_hot(labels, 10)                   # (N, 10), int64
    loss = F.nll_loss(log_probabilities, y)

Good
----
    loss = F.nll_loss(log_probabilities, labels)
"""

from stepscope.evidence import Call, Failure, Labels, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import FORMAT, INDEXED, apart

LOSS_LABEL_FORMAT = Rule("LBL103", Severity.ERROR, stage=Stage.LOSS)


@LOSS_LABEL_FORMAT.seen_in
def loss(failure: Failure, call: Call, labels: Labels) -> Witnessed:
    """One number per class where an index is read, or an index where one number per class is."""
    met = apart(call, FORMAT)
    if met is None:
        return
    one_hot = call.function in INDEXED
    shape = " x ".join(map(str, met[1].shape))
    yield LOSS_LABEL_FORMAT.found(
        f"one-hot labels ({shape}) meet {call.function}, which takes class indices"
        if one_hot
        else f"class indices ({shape}) meet {call.function}, which takes {met[0].shape[1]} per sample",
        Confidence.CERTAIN if one_hot else Confidence.LIKELY,
        seen={"labels": f"`{labels.name}`, {met[1]}", "scores": met[0], "says": failure.message[:200]},
        fix=(f"Give it indices: `{labels.name}.argmax(1)`." if one_hot else "For one class per sample, use `nn.CrossEntropyLoss`.",),
    )


@LOSS_LABEL_FORMAT.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says("Expected floating point type for target with class probabilities"):
        yield LOSS_LABEL_FORMAT.found("whole-number labels have a column per class", Confidence.LIKELY, seen={"says": failure.message[:200]})
    if failure.says("mix of multilabel-indicator and multiclass", "mix of multiclass and multilabel-indicator", "mix of multiclass-multioutput"):
        yield LOSS_LABEL_FORMAT.found("class indices meet a one-hot encoding in a metric", Confidence.LIKELY, seen={"says": failure.message[:200]})
