"""Checkpoints of Orbax and Flax that do not fit what they are restored into."""

from __future__ import annotations

from stepscope.evidence import Stage
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.tensorflow.sayings import sayings

sayings(CHECKPOINT_MISMATCH, (
    (r"restore item and on-disk [^\n]{0,60}(?:tree structures? )?do(?:es)? not match", "the tree of the checkpoint differs from the one that it is restored into"),
    (r"The target dict keys and state dict keys do not match|Missing field \w+ in state dict while restoring|Unknown field\(s\) [^\n]{0,80} in state dict while restoring", "the saved state has other fields than the one that it is restored into"),
    (r"Requested shape: [^\n]{0,60} is not compatible with the stored shape|the number of elements in dict and target do not match", "a saved array has another shape than the one that it is restored into"),
), stage=Stage.CHECKPOINT, fix=(
    "Build the model and the optimizer as they were when the checkpoint was written; to take part of it, restore it as it stands and copy what fits.",
))  # fmt: skip
