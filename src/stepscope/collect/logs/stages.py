"""The stage of a failure in a log: from its frames, whatever the framework; from the graph's node where the frames are a session's."""

from __future__ import annotations

import re

from stepscope.collect.torch.stages import stage_of_frames
from stepscope.evidence import Failure, Frame, Stage

_FILES: tuple[tuple[re.Pattern[str], Stage], ...] = tuple((re.compile(pattern), stage) for pattern, stage in (
    (r"keras[\w/]*/losses|/losses_utils|loss_reduction|compile_utils.py.*loss", Stage.LOSS),
    (r"keras[\w/]*/metrics", Stage.METRICS),
    (r"keras[\w/]*/optimizers?|optimizer_v\d", Stage.OPTIMIZER),
    (r"keras[\w/]*/(?:sav\w*|hdf5_format|legacy/h5_utils)|saving_lib|/checkpoint/", Stage.CHECKPOINT),
    (r"keras_preprocessing|keras[\w/]*/(?:image_utils|dataset_utils|utils/data_utils|preprocessing)|data_adapter|data/ops|/PIL/|/cv2/|imageio|/h5py/", Stage.DATA),
    (r"/albumentations/|imgaug|torchvision/transforms", Stage.AUGMENT),
    (r"tensorflow\w*/python/distribute|/deepspeed/comm|/ray/", Stage.DISTRIBUTED),
    (r"keras[\w/]*/(?:layers|engine/(?:base_layer|input_spec|sequential|functional|network|topology))|/flax/|/haiku/", Stage.FORWARD),
))  # fmt: skip
_AT = r"(?:\{\{node [^}]*|\[\[node [^\s\]]*)"
"""A graph's node, as far as its name."""
_ANY_NODE = re.compile(r"\{\{node |\[\[node ")
_NODES: tuple[tuple[re.Pattern[str], Stage], ...] = tuple((re.compile(pattern), stage) for pattern, stage in (
    (r"\{\{(?:function_)?node [^}]*(?:IteratorGetNext|PyFunc|DecodeJpeg|DecodeImage|DecodePng|ReadFile|ParseExample|decode_image)|IteratorGetNext", Stage.DATA),
    (rf"{_AT}(?:\w+/)*gradients?\w*/(?:\w+/)*\w*(?:loss|[Cc]ross_?[Ee]ntropy|mean_squared_error|mean_absolute_error)", Stage.LOSS),
    (rf"{_AT}gradient|gradients?/|_grad/", Stage.BACKWARD),
    (rf"{_AT}(?:loss|[Cc]ross_?[Ee]ntropy|mean_(?:squared|absolute)\w*_error)", Stage.LOSS),
    (rf"{_AT}metrics?[/_]", Stage.METRICS),
    (r"\[\[node (?:RMSprop|Adam|SGD|Adagrad|training)\w*/\S*(?:update|Assign|Apply)", Stage.OPTIMIZER),
))  # fmt: skip


def stage_of_log(failure: Failure) -> Stage | None:
    """The stage at which it was raised; None where nothing tells."""
    node = next((stage for pattern, stage in _NODES if pattern.search(failure.message)), None)
    if node is not None:
        return node
    for place in range(len(failure.frames), 0, -1):
        frame = failure.frames[place - 1]
        stage = stage_of_frames(failure.frames[:place]) if frame.user or "/torch/" in frame.file.replace("\\", "/") else _of_file(frame)
        if stage is not None and not (stage is Stage.DISTRIBUTED and not frame.user and any(inner.user for inner in failure.frames[place:])):
            return stage  # what starts the user's code on a worker tells nothing of that code
    return Stage.FORWARD if _ANY_NODE.search(failure.message) else None


def _of_file(frame: Frame) -> Stage | None:
    file = frame.file.replace("\\", "/")
    return next((stage for pattern, stage in _FILES if pattern.search(file)), None)
