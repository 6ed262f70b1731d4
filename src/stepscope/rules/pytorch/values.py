"""Values that are no numbers, in the words of autograd, distributions, samplers and scikit-learn."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.numerics.non_finite_forward import NON_FINITE_FORWARD
from stepscope.rules.numerics.non_finite_gradient import NON_FINITE_GRADIENT
from stepscope.rules.numerics.non_finite_input import NON_FINITE_INPUT
from stepscope.rules.sentences import LIKELY, in_logs, words_from

_ANOMALY = wording(r"Function '(?P<node>\w+?)Backward\d*' returned nan values")
_INPUT = wording(r"Input (?:\w+ )?contains (?:NaN|infinity)|array must not contain infs or NaNs|x contains NaN|SVD did not converge")
_OUTPUTS = wording(r"\b(?:out\w*|pred\w*|prob\w*|logits?|scores?|y_hat|y_pred|y_score|embed\w*|feat\w*)\b", re.IGNORECASE)
_SINGULAR = ("Sqrt", "Norm", "LinalgVectorNorm", "Acos", "Asin", "Atan2", "Std", "Cdist", "LinalgEigh", "LinalgSvd", "Angle", "Rsqrt", "Where", "Sgn")
"""Functions that are finite where their derivative is not."""

in_logs(NON_FINITE_FORWARD, (
    (r"Expected parameter (?P<parameter>\w+) \(.{0,200}? of distribution (?P<distribution>\w+)\(.{0,400}?invalid values:\s*\w*\(?\[*\s*nan", "the `{parameter}` of {distribution} is NaN"),
    (r"probability tensor contains either `inf`, `nan` or element < 0", "the probabilities that are sampled from are no numbers"),
    (r"input matrix contained non-finite values", "a matrix that is decomposed holds values that are no numbers"),
), stage=Stage.FORWARD)  # fmt: skip
in_logs(NON_FINITE_GRADIENT, (
    (r"total norm of order \S+ for gradients? from `parameters` is non-finite", "the norm of the gradients is no number"),
), stage=Stage.BACKWARD)  # fmt: skip


@NON_FINITE_GRADIENT.seen_in
def anomaly(failure: Failure, log: Log) -> Witnessed:
    """Anomaly mode names the function whose backward made a NaN; it is finite forward where only its derivative is not."""
    found = _ANOMALY.search(failure.message)
    if found and (found["node"] in _SINGULAR or not failure.frames):
        yield NON_FINITE_GRADIENT.found(f"the backward of `{found['node'].lower()}` made a NaN", LIKELY, stage=Stage.BACKWARD, seen={"says": words_from(failure)})


@NON_FINITE_FORWARD.seen_in
def anomaly_of_values(failure: Failure, log: Log) -> Witnessed:
    found = _ANOMALY.search(failure.message)
    if found and failure.frames and found["node"] not in _SINGULAR:
        yield NON_FINITE_FORWARD.found(
            f"`{found['node'].lower()}` met values at which its derivative is NaN", LIKELY, stage=Stage.BACKWARD, seen={"says": words_from(failure)}
        )


@NON_FINITE_INPUT.seen_in
def checked(failure: Failure, log: Log) -> Witnessed:
    """scikit-learn and scipy look at what they are given: data, unless the line hands them the model's outputs."""
    if _INPUT.search(failure.message) and failure.is_a("ValueError", "LinAlgError") and not _of_model(failure):
        yield NON_FINITE_INPUT.found("the data hold values that are no numbers", LIKELY, stage=Stage.DATA, seen={"says": words_from(failure)})


@NON_FINITE_FORWARD.seen_in
def checked_outputs(failure: Failure, log: Log) -> Witnessed:
    if _INPUT.search(failure.message) and failure.is_a("ValueError", "LinAlgError") and _of_model(failure):
        yield NON_FINITE_FORWARD.found("the model's outputs are no numbers", LIKELY, stage=Stage.METRICS, seen={"says": words_from(failure)})


def _of_model(failure: Failure) -> bool:
    """Whether a metric was given what the model put out."""
    line = failure.user_frame
    in_metric = any("sklearn/metrics/" in frame.file.replace("\\", "/") for frame in failure.frames)
    return in_metric or bool(line and _OUTPUTS.search(line.code))
