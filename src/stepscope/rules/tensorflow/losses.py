"""Whether it happened in a loss or a metric, and in whose."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Frame, Moment, Stage, wording
from stepscope.rules.tensorflow.pairs import node_of

BINARY = wording(r"binary_|sigmoid_cross|[Bb]inary[A-Z]|hinge|mean_squared|mean_absolute|\bmse\b|\bmae\b|huber|log_?cosh|poisson|squeeze_or_expand")
_LOSS_NAME = wording(r"loss|(?:^|_)(?:dice|iou|giou|jaccard|tversky|focal|triplet|mse|mae|rmse|bce|nll|kld?|contrastive|elbo|huber|psnr|ssim|perceptual|cross_?entropy)(?:_|$|\d)", re.IGNORECASE)
_BUILT_IN = wording(r"^(?:\w+_)?(?:(?:mean|root)_(?:squared|absolute)\w*|(?:sparse_|categorical_|binary_)+\w*|softmax\w*|sigmoid\w*|cosine_\w+|huber\w*|log_?cosh|poisson|hinge|kl_?divergence|kullback\w*|mse|mae|crossentropy)(?:_\d+)?$", re.IGNORECASE)
_STEP = wording(r"step|train|fit|main|loop|epoch|compute_loss", re.IGNORECASE)


def meets(failure: Failure, moment: Moment) -> bool:
    """Whether two shapes met in a loss or a metric: by the stage, by the loss's own file, or by a loss of the user's."""
    parts = node_of(failure).split("/")[:-1]
    named = any(_BUILT_IN.search(part) or re.search(r"loss|metrics|cross_?entropy", part, re.IGNORECASE) for part in parts)
    return named or moment.stage in (Stage.LOSS, Stage.METRICS) or own_loss(failure) is not None or bool(_loss_of_node(failure))


def _loss_of_node(failure: Failure) -> str:
    """The part of a graph node's path that is a loss's name: "triplet/sub_2"."""
    parts = node_of(failure).split("/")[:-1]
    if any(re.fullmatch(r"loss(?:_\d+)?", part) for part in parts):
        return ""  # Keras of TensorFlow 1 names what follows after the output layer
    return next((part for part in parts if _LOSS_NAME.search(part) and not _STEP.search(_LOSS_NAME.sub("", part)) and part != "compile_loss"), "")


def own_loss(failure: Failure) -> Frame | None:
    """The innermost frame of the user's, where it is a loss: Keras's losses call it, or it is named so."""
    users = [place for place, frame in enumerate(failure.frames) if frame.user]
    if not users:
        return None
    frame = failure.frames[users[-1]]
    before = failure.frames[users[-1] - 1] if users[-1] else None
    called = before is not None and not before.user and bool(re.search(r"[/\\](?:losses|loss|loss_functions|compile_utils|losses_utils)\.py$", before.file))
    named = bool(_LOSS_NAME.search(frame.name)) and not _STEP.search(_LOSS_NAME.sub("", frame.name))
    return frame if (called or named) and frame.name not in ("<module>", "call", "train_step") else None


def own_name(failure: Failure) -> str:
    """The name of the loss of the user's own in which it happened; empty where it is none."""
    if frame := own_loss(failure):
        return frame.name
    name = _loss_of_node(failure)
    return "" if _BUILT_IN.search(name) else name
