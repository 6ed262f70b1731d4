"""Checks that stop a run at the first value that is not finite."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.numerics.non_finite_forward import NON_FINITE_FORWARD
from stepscope.rules.numerics.non_finite_gradient import NON_FINITE_GRADIENT
from stepscope.rules.numerics.non_finite_input import NON_FINITE_INPUT
from stepscope.rules.numerics.non_finite_loss import NON_FINITE_LOSS
from stepscope.rules.sentences import LIKELY
from stepscope.rules.tensorflow.losses import own_loss
from stepscope.rules.tensorflow.sayings import first

_CHECKED = wording(
    r"(?P<what>[^\n]*?) ?: Tensor had (?P<kind>NaN|-?Inf|\+Inf|Inf and NaN|NaN and Inf|-Inf and \+Inf)[^\n]*values|Nan in summary histogram for: (?P<summary>\S+)|Found Inf or NaN global norm|NaN loss during training"
    r"|[Mm]odel diverged with loss = NaN|[Ii]nvalid value \((?P<jax>nan|inf)\) encountered(?: in (?P<op>\S+))?|detected non-finite|!!! Detected Infinity or NaN in output (?P<out>\d+) of (?:graph|eagerly-executing) op \"(?P<node>[^\"]+)\""
    r"|Loss is (?:inf|nan)[^\n]{0,30}(?:stop|abort|invalid)"
)
_GRADIENT = wording(r"grad|global norm|backprop", re.IGNORECASE)
_LOSS = wording(r"loss|nll|cross_?entropy|_?likelihood|elbo|kl_?div", re.IGNORECASE)
_INPUT = wording(r"\b(?:input|inputs|batch|images?|features?|pixels?|x|data)\b", re.IGNORECASE)
_RULES = {"gradient": NON_FINITE_GRADIENT, "loss": NON_FINITE_LOSS, "input": NON_FINITE_INPUT, "forward": NON_FINITE_FORWARD}
_FIX = {
    "gradient": ("The forward pass was finite: look for `sqrt`, `norm`, `abs`, `log` or a division at 0, and add a small number inside of it; choose with `tf.where` before it, not after.", "`tf.debugging.enable_check_numerics()` names the operation."),
    "loss": ("Give losses logits (`from_logits=True`) in place of `log(softmax)`, and keep `log` and division off 0: `tf.math.log(x + 1e-7)`, `tf.math.divide_no_nan`.", "`tf.debugging.enable_check_numerics()` names the first operation that made it."),
    "input": ("Look for NaN in the files and after normalising: `np.isnan(x).any()`, a division by a standard deviation of 0, empty cells of a table.",),
    "forward": ("`tf.debugging.enable_check_numerics()` (or `jax_debug_nans`) names the first operation; look at its inputs: a logarithm or a division at 0, weights that have grown.",),
}


def _what(failure: Failure, moment: Moment) -> str:
    """Where the value that is not finite was met: in what the check itself says, then in its node, then in the frames."""
    found = _CHECKED.search(failure.message)
    if found is None:
        return ""
    node = re.search(r"node ([^\s}]+)", failure.message)
    own = found["what"] or found["summary"] or found[0]
    for text in (own, node[1] if node else ""):
        if _GRADIENT.search(text):
            return "gradient"
        if _LOSS.search(text):
            return "loss"
    if "diverged" in own or own_loss(failure) is not None or moment.stage is Stage.LOSS:
        return "loss"
    return "input" if _INPUT.search(own) and found["what"] else "forward"


def _speaking(what: str) -> None:
    rule = _RULES[what]

    def checked(failure: Failure, moment: Moment) -> Witnessed:
        if _what(failure, moment) == what:
            found = _CHECKED.search(failure.message)
            name = (found["what"] or found["summary"] or found["op"] or "") if found else ""
            named = f"`{name.strip()[:40]}`: " if name.strip() else ""
            yield rule.found(f"{named}a value is not finite", LIKELY, stage=rule.stage, seen={"says": first(failure)}, instead=_FIX[what])

    rule.seen_in(checked)


for _kind in _RULES:
    _speaking(_kind)
