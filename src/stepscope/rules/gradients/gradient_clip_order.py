"""Gradients are clipped before backward has made them, or before they are unscaled.

Why
---
Before the first `backward` every `.grad` is None. Later in the run clipping there works on the step before's gradients, or on none after
`zero_grad`, so that nothing is clipped and nothing says so.

Fix
---
- Keep the order: `zero_grad`, `backward`, (`scaler.unscale_`), clip, `step`.

Bad
---
    for p in model.parameters():
        p.grad.clamp_(-1, 1)
    loss.backward()
    optimizer.step()

Good
----
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 1)
    optimizer.step()
"""

from stepscope.evidence import Failure, History, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

GRADIENT_CLIP_ORDER = Rule("GRD108", Severity.ERROR, stage=Stage.OPTIMIZER)

_CLIPS = wording(r"\.grad\b.*\b(clamp_?|clip_?|norm|mul_|div_|renorm_?|clamp_m\w+_)\b")


@GRADIENT_CLIP_ORDER.seen_in
def no_gradient_yet(failure: Failure, history: History) -> Witnessed:
    """A clipping by hand meets None, and no parameter at all has a gradient."""
    line = failure.innermost
    if not failure.is_a("AttributeError") or line is None or not line.user or not failure.says("'NoneType' object has no attribute"):
        return
    if _CLIPS.search(line.code) and history.trainable and not history.gradients:
        yield GRADIENT_CLIP_ORDER.found(
            "gradients are clipped before backward has made any",
            Confidence.LIKELY,
            stage=Stage.OPTIMIZER,
            seen={"parameters with a gradient": f"0 of {history.trainable}", "line": f"`{line.code[:120]}`"},
        )
