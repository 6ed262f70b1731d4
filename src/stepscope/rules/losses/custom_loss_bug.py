"""A loss or metric of the user's own combines shapes that do not fit each other.

Why
---
Within a loss, sums over axes, permutations and flattenings change shapes step by step. Two intermediate results that were reduced over
different axes do not meet. What a loss of PyTorch refuses, called from within one of the user's own, keeps its own name.

Fix
---
- Print the shapes of the two operands at the named line, and reduce both over the same axes.
- Call the loss once with small made-up tensors, before training.

Bad
---
    overlap = (p * target).sum(dim=(2, 3))                   # (N, C)
    total = p.sum(dim=(1, 2, 3)) + target.sum(dim=(1, 2, 3)) # (N,)
    dice = 2 * overlap / total

Good
----
    total = p.sum(dim=(2, 3)) + target.sum(dim=(2, 3))       # (N, C)
    dice = 2 * overlap / total
"""

import re

from stepscope.evidence import Call, Failure, Frame, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.losses.meeting import INDEXED, PAIRED
from stepscope.rules.shapes.words import about_shapes

CUSTOM_LOSS_BUG = Rule("LOS105", Severity.ERROR, stage=Stage.LOSS, yields_to=("metric-shape-depends-on-batch", "label-out-of-range"))

_NAME = wording(
    r"loss|criterion|(?:^|_)(?:dice|iou|jaccard|tversky|accuracy|metric|f1|precision|recall|mse|mae|rmse|bce|nll|kld?|elbo|contrastive|triplet"
    r"|perplexity|psnr|ssim|mape)(?:_|$|\d)|penalty",
    re.IGNORECASE,
)
_STEPS = wording(r"step|train|fit|epoch|main|forward|loop|valid|eval|test|run|update|learn|backward|collate|__init__", re.IGNORECASE)


@CUSTOM_LOSS_BUG.seen_in
def within(failure: Failure, call: Call) -> Witnessed:
    """The tensors that meet are known."""
    frame = _own_loss(failure)
    if frame is None or call.function in INDEXED + PAIRED:
        return
    shapes = " and ".join(operand.tensor.size for operand in call.operands[:2])
    yield CUSTOM_LOSS_BUG.found(
        f"in `{_name(frame)}`, {call.function} meets {shapes}",
        Confidence.LIKELY,
        seen={**{f"`{operand.name}`": operand.tensor for operand in call.operands[:4]}, "says": failure.message[:200]},
    )


@CUSTOM_LOSS_BUG.seen_in
def words(failure: Failure) -> Witnessed:
    frame = _own_loss(failure)
    if frame is not None and failure.innermost is frame:
        yield CUSTOM_LOSS_BUG.found(
            f"in `{_name(frame)}`, shapes do not meet",
            Confidence.LIKELY,
            seen={"line": frame.expression or frame.code, "says": failure.message[:200]},
        )


def _own_loss(failure: Failure) -> Frame | None:
    """The innermost frame of the user's, where it is a loss or metric of theirs and shapes did not meet in it."""
    frame = failure.user_frame
    if frame is None or not frame.user or not about_shapes(failure):
        return None
    owner = frame.function.rpartition(".")[0].rpartition(".")[2]
    named = (_NAME.search(owner) and frame.name in ("forward", "__call__", "update", "compute")) or (
        _NAME.search(frame.name) and not _STEPS.search(_NAME.sub("", frame.name))
    )
    within_a_layer = any("torch/nn/modules/" in inner.file.replace("\\", "/") for inner in failure.frames[failure.frames.index(frame) :])
    return frame if named and not within_a_layer else None


def _name(frame: Frame) -> str:
    return ".".join(frame.function.split(".")[-2:])
