"""Gradient scaling of mixed precision is used out of order, or on half-precision weights.

Why
---
A `GradScaler` keeps account of each optimizer from `scale(loss).backward()` over `unscale_` and `step` to `update`. A step missing or
done twice would update with scaled gradients, so the scaler stops. It also refuses float16 gradients: the weights are to stay float32.

Fix
---
- Per step: `scaler.scale(loss).backward()`, once `scaler.unscale_(optimizer)` if gradients are looked at or clipped, `scaler.step(optimizer)`,
  `scaler.update()`.
- With several optimizers unscale and step each once, then update once.
- Keep the model in float32 and let `torch.autocast` choose: no `model.half()`.
- "No inf checks": the optimizer's parameters received no gradient; look whether it holds the parameters of this very model.

Bad
---
    scaler.unscale_(optimizer)
    log(gradient_norm(model))
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), 1)

Good
----
    scaler.unscale_(optimizer)
    log(gradient_norm(model))
    clip_grad_norm_(model.parameters(), 1)
"""

from stepscope.evidence import Failure, OptimizerParameters, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

GRAD_SCALER_AMP = Rule("GRD109", Severity.ERROR, stage=Stage.OPTIMIZER, yields_to=("optimizer-stale-parameters",))

_FORMS = {
    "unscale_() has already been called on this optimizer": "gradients are unscaled twice in one step",
    "unscale_() is being called after step()": "gradients are unscaled after the step",
    "step() has already been called since the last update()": "the scaler steps twice without update()",
    "No inf checks were recorded for this optimizer": "the optimizer's parameters have no gradient to unscale",
    "No inf checks were recorded prior to update": "the scaler is updated before any step",
    "Attempting to unscale FP16 gradients": "the weights are float16 where the scaler needs float32",
    "but _scale is None": "the scaler is used before scale(loss)",
    "but the scaler's scale is None": "the scaler is used before scale(loss)",
    "Closure use is not currently supported if GradScaler is enabled": "an optimizer with a closure is stepped by a scaler",
    "outputs must be a Tensor or an iterable of Tensors": "the scaler is given something that is not a tensor",
    "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler": "the scaler's saved state is empty",
    "A GradScaler instance may only be pickled at the beginning of an iteration": "the scaler is saved in the middle of a step",
    "does not allow for gradient clipping because it performs unscaling of gradients internally": "this optimizer unscales by itself",
    "AMP and the LBFGS optimizer are not compatible": "LBFGS does not work with a scaler",
}


@GRAD_SCALER_AMP.seen_in
def no_gradients(failure: Failure, optimizer: OptimizerParameters) -> Witnessed:
    if failure.says("No inf checks were recorded for this optimizer"):
        yield GRAD_SCALER_AMP.found(
            f"none of the {optimizer.held} parameters of the optimizer has a gradient"
            if not optimizer.gradients
            else "the optimizer's gradients were not unscaled",
            stage=Stage.OPTIMIZER,
            seen={"optimizer": f"{optimizer.kind}, {optimizer.gradients} of {optimizer.held} parameters with a gradient"},
            fix=("Call `scaler.scale(loss).backward()` before `scaler.step(optimizer)`.",),
        )


@GRAD_SCALER_AMP.seen_in
def words(failure: Failure) -> Witnessed:
    form = next((form for words, form in _FORMS.items() if words in failure.message), None)
    inside = failure.passes_file("amp/grad_scaler.py") or failure.is_a("MisconfigurationException")
    if form:
        yield GRAD_SCALER_AMP.found(
            form, Confidence.CERTAIN if inside else Confidence.LIKELY, stage=Stage.OPTIMIZER, seen={"says": failure.message[:250]}
        )
