"""The loss has no history: recording was switched off, or nothing that it was made of requires a gradient.

Why
---
`backward` walks the history that was recorded while the loss was computed. Under `no_grad` or `inference_mode`, after
`set_grad_enabled(False)`, or with all parameters frozen, nothing is recorded, and there is nothing to walk.

Fix
---
- Compute the loss outside of `no_grad` and `inference_mode`; keep these for validation.
- Use `with torch.no_grad():` instead of `torch.set_grad_enabled(False)`, which stays off until it is switched on again.
- Let at least the head train: freeze `model.backbone.parameters()`, not `model.parameters()`.

Bad
---
    with torch.no_grad():
        loss = criterion(model(x), y)
    loss.backward()

Good
----
    loss = criterion(model(x), y)
    loss.backward()
"""

from stepscope.evidence import Failure, History, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

NO_GRAD = Rule("GRD101", Severity.ERROR, stage=Stage.BACKWARD, yields_to=("graph-detached",))

_WORDS = (
    "does not require grad and does not have a grad_fn",
    "One of the differentiated Tensors does not require grad",
    "Inference tensors cannot be saved for backward",
    "Setting requires_grad=True on inference tensor outside InferenceMode",
)


@NO_GRAD.seen_in
def history(failure: Failure, history: History) -> Witnessed:
    if not failure.says(*_WORDS[:2]):
        return
    facts = {
        "trainable parameters": f"{history.trainable} of {history.parameters}" if history.parameters else "",
        "recording": "" if history.grad_mode else "still switched off",
        "switched off by": history.how,
    }
    frozen = bool(history.parameters) and not history.trainable
    if not history.grad_mode or (history.off and not frozen):
        yield NO_GRAD.found(
            "the loss was computed while gradients were switched off",
            stage=Stage.BACKWARD,
            line=history.off,
            about="this switches gradients off" if history.off else "",
            seen=facts,
        )
    elif frozen:
        yield NO_GRAD.found(
            f"none of {history.parameters} parameters requires a gradient",
            stage=Stage.BACKWARD,
            line=history.off,
            about="the parameters are frozen here" if history.off else "",
            seen=facts,
            fix=("Set `requires_grad = True` for the part that is to train, before the optimizer is built.",),
        )


@NO_GRAD.seen_in
def handed_over(failure: Failure, history: History) -> Witnessed:
    """A framework's loop ran `backward`: what is wrong with the loss stands in the step that returned it."""
    if failure.says(*_WORDS[:2]) and history.returned is not None and history.grad_mode and history.trainable:
        yield NO_GRAD.found(
            f"the loss that `{history.returned.name}` returns hangs on no parameter",
            Confidence.LIKELY, stage=Stage.BACKWARD, line=history.returned, about="the loss is handed over here",
            seen={"trainable parameters": f"{history.trainable} of {history.parameters}", "says": failure.first_line[:200]},
            fix=("Follow it back from here: `.item()`, `float(...)`, `.detach()`, `.numpy()` and `torch.tensor(...)` make numbers of what was to be trained.",),
        )  # fmt: skip


@NO_GRAD.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_WORDS):
        text = failure.first_line
        yield NO_GRAD.found("backward meets a tensor without history", Confidence.LIKELY, stage=Stage.BACKWARD, seen={"says": text[:200]})
