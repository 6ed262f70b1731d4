"""What helps against an operator that made NaN or infinity, by the operator."""

from __future__ import annotations

import math

from stepscope.evidence import NonFinite, Stage

_LOG = "Keep what goes into `log` above zero: `x.clamp(min=1e-6).log()`; a count or a price by `torch.log1p(x)`."
_LOG_LOSS = "Take the logarithm of logits, not of probabilities: `F.log_softmax`, `F.logsigmoid`, or the losses that take logits."
_LOG1P = "Keep what goes into `log1p` above -1: `torch.log1p(x.clamp(min=0))`."
_SQRT = "Keep what goes into the root at zero or above: `x.clamp(min=0).sqrt()`; a difference of squares falls below it by rounding alone."
_RSQRT = "Keep what goes into `rsqrt` above zero: `torch.rsqrt(x.clamp(min=0) + 1e-8)`; equal values have a variance of zero."
_DIVIDE = "Keep the divisor away from zero: `x / (norm + 1e-8)`, a count as `count.clamp(min=1)`."
_DIVIDE_EMPTY = "Where nothing is to be counted (no positives, an empty mask), leave the term out: `if count: ...`."
_EXP = "Keep the argument of `exp` small (88 is too much for float32, 11 for float16): `log_variance.clamp(-10, 10).exp()`."
_LOGSUMEXP = "Sum exponentials with `torch.logsumexp` or `softmax`, which take the largest out first."
_POW = "A negative number has no power with a fraction: `x.clamp(min=0) ** gamma`. A zero has none below zero: `(x + 1e-8) ** -0.5`."
_POW_LARGE = "A power that leaves the range of its type begins with values that are too large: scale them first."
_ARC = "Keep the argument between -1 and 1: `x.clamp(-1 + 1e-6, 1 - 1e-6)`; a cosine leaves that by rounding alone."
_SPREAD = "One value has no spread: `x.std(unbiased=False)`, or leave out a batch, an episode or a group of one (`drop_last=True`)."
_SOFTMAX = "A row that is masked whole has no softmax: leave one place open, or set such rows to 0 with `torch.where` before it."
_MEAN = "A mean over nothing is NaN: `x[mask].sum() / mask.sum().clamp(min=1)`, or leave the term out."
_LABELS = "Where each label of a batch is `ignore_index` the mean is over nothing: leave such a batch out, or use `reduction='sum'` and divide by a count."
_SCORES = "Scores of 1e38 are no classes: bring the input to the order of 1, initialise weights by their layer's width (torch's default does), put a norm between many layers."
_BARRED = "A label stands at a class whose score is -inf, and is infinitely far from it: mask no class that a label of the batch names."
_CTC = "A clip needs a frame for each letter of its text, and one more between two that are equal: `zero_infinity=True`, or leave out what is shorter."
_LGAMMA = "`lgamma` is infinite at zero and at the whole numbers below it: look for counts of -1 and less (a code for what is missing), and keep a parameter above zero: `x.clamp(min=1e-6)`."
_PRODUCT = "A product that leaves the range of its type begins with values that are too large: scale them, or normalise what goes in."
_RUNNING = "In evaluation mode the layer divides by the root of its `running_var`: look for values below zero in what was loaded into it, or averaged."
_NORM = "A norm divides by the root of a variance, which is zero where all values are equal: leave its `eps` above zero (1e-5). From 1e19 on, squares leave the range of float32."
_NO_ROW = "A row of -inf alone has no gradient: leave one place of it open, or mask with a large finite number (`-1e9`)."
_UNMASKED = "What is left out afterwards takes part in the backward pass: choose before it, `x / torch.where(z != 0, z, 1.0)`, `torch.log(torch.where(x > 0, x, 1.0))`."
_DIRECTION = "Weights that are all zero have no direction, and are divided by their length: prune with a mask beside them, or after the parametrisation is removed."
_TWINS = "Equal eigenvalues or singular values (a grey picture, a repeated column) have no vectors of their own: set them apart by a small diagonal, or use the values alone (`eigvalsh`, `svdvals`)."
_POW_SLOPE = "A power below 1 has an infinite slope at zero: `(x + 1e-8) ** gamma`."
_EQUAL = "Equal values have a spread of zero, where its derivative is infinite: `(x.var(unbiased=False) + 1e-8).sqrt()`."

_ADVICE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("log", "log2", "log10", "xlogy"), (_LOG,)),
    (("log1p",), (_LOG1P,)),
    (("sqrt",), (_SQRT,)),
    (("rsqrt",), (_RSQRT,)),
    (("div", "true_divide", "divide", "reciprocal", "remainder", "fmod"), (_DIVIDE,)),
    (("exp", "exp2", "expm1", "sinh", "cosh"), (_EXP, _LOGSUMEXP)),
    (("acos", "asin", "arccos", "arcsin", "atanh", "erfinv", "logit"), (_ARC,)),
    (("std", "var", "std_mean", "var_mean"), (_SPREAD,)),
    (("softmax", "log_softmax", "_softmax", "_log_softmax", "_safe_softmax"), (_SOFTMAX,)),
    (("mean",), (_MEAN,)),
    (("lgamma", "digamma", "mvlgamma"), (_LGAMMA,)),
    (("nll_loss_forward", "nll_loss2d_forward", "nll_loss"), (_LABELS,)),
    (("_ctc_loss", "ctc_loss"), (_CTC,)),
    (("native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm"), (_RUNNING,)),
    (("native_layer_norm", "native_group_norm", "_fused_rms_norm"), (_NORM,)),
    (("_weight_norm_interface", "_weight_norm"), (_DIRECTION,)),
    (("mul", "mm", "bmm", "addmm", "matmul", "sum", "cumsum", "prod", "cumprod", "square"), (_PRODUCT,)),
)
_BACKWARD: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("acos", "asin", "atanh"), (_ARC,)),
    (("logsumexp", "logaddexp", "logcumsumexp"), (_NO_ROW,)),
    (("std", "std_mean"), (_EQUAL,)),
    (("pow",), (_POW_SLOPE,)),
    (("linalg_eigh", "linalg_eig", "linalg_svd"), (_TWINS,)),
    (("div", "reciprocal", "log", "log2", "log10", "log1p"), (_UNMASKED,)),
)
_SAMPLE = "Where only one sample does it, look at that sample first."


def advice(step: NonFinite) -> tuple[str, ...]:
    """What helps; empty where the operator is none of those that are known, and the rule's own page has to do."""
    operator = step.operator.rstrip("_")
    found = next((texts for names, texts in _ADVICE if operator in names), ())
    is_loss, is_nan = step.stage == Stage.LOSS, step.output is None or bool(step.output.nan)
    if operator == "pow":
        found = (_POW if is_nan or not _is_large(step) else _POW_LARGE,)
    if found == (_LABELS,) and not is_nan:
        found = (_BARRED if any(tensor.infinite for tensor in step.inputs) else _SCORES,)
    if is_loss and found == (_LOG,) and _may_be_probabilities(step):
        found = (_LOG, _LOG_LOSS)
    elif is_loss and found == (_DIVIDE,) and _divides_by_a_number(step):
        found = (_DIVIDE, _DIVIDE_EMPTY)
    elif operator == "sub" and is_nan and step.inputs and all(tensor.infinite for tensor in step.inputs):
        found = (_SOFTMAX,)
    one = bool(step.rows) and len(step.rows) == 1 and found != (_DIRECTION,)
    return (*found, _SAMPLE) if found and one else found


def advice_on_backward(forward: str) -> tuple[str, ...]:
    """What helps where the backward of this operator made it; empty where the rule's own page says it."""
    return next((texts for names, texts in _BACKWARD if forward in names), ())


def _is_large(step: NonFinite) -> bool:
    """Whether what went in was so large that its power could overflow."""
    return any(max(abs(tensor.minimum or 0.0), abs(tensor.maximum or 0.0)) > 100 for tensor in step.inputs)


def _divides_by_a_number(step: NonFinite) -> bool:
    """Whether the divisor is one number, as a count of all of them is; one of each row is a property of the row, but for whole numbers."""
    return len(step.inputs) < 2 or not math.prod(step.inputs[1].shape) > 1 or "int" in step.inputs[1].dtype


def _may_be_probabilities(step: NonFinite) -> bool:
    """Whether all that went in lies between 0 and 1, but for rounding."""
    return all(tensor.minimum is None or tensor.maximum is None or (tensor.minimum > -0.01 and tensor.maximum < 1.01) for tensor in step.inputs)
