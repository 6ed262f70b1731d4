"""The stage at which an exception was raised, read from its frames."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Frame, Stage

_FILES: tuple[tuple[str, Stage], ...] = (
    ("torch/utils/data/_utils/collate.py", Stage.COLLATE),
    ("transformers/data/data_collator.py", Stage.COLLATE),
    ("torch/utils/data/", Stage.DATA),
    ("torchvision/datasets/", Stage.DATA),
    ("torchvision/transforms/", Stage.AUGMENT),
    ("albumentations/", Stage.AUGMENT),
    ("kornia/augmentation/", Stage.AUGMENT),
    ("torch/nn/modules/loss.py", Stage.LOSS),
    ("torch/optim/", Stage.OPTIMIZER),
    ("torch/amp/grad_scaler.py", Stage.OPTIMIZER),
    ("torch/autograd/", Stage.BACKWARD),
    ("torch/serialization.py", Stage.CHECKPOINT),
    ("safetensors/", Stage.CHECKPOINT),
    ("torch/distributed/", Stage.DISTRIBUTED),
    ("torch/nn/parallel/distributed.py", Stage.DISTRIBUTED),
    ("torchmetrics/", Stage.METRICS),
    ("sklearn/metrics/", Stage.METRICS),
    ("torch/utils/tensorboard/", Stage.LOGGING),
    ("tensorboardX/", Stage.LOGGING),
    ("wandb/", Stage.LOGGING),
    ("loops/optimization/", Stage.FORWARD),
    ("torch/nn/modules/", Stage.FORWARD),
)
LOSSES = re.compile(r"(loss|cross_entropy|kl_div|huber|smooth_l1|criterion|ctc)", re.IGNORECASE)
"""How functions are called that are losses."""
LOSS_CLASSES = re.compile(r"loss|criterion|cross_?entropy|dice|tversky|jaccard|(?-i:(?:^|[a-z_])(?:B?CE|NLL)(?:With\w+)?$)", re.IGNORECASE)
"""How classes are called that are."""
_NAMES: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"collate", re.IGNORECASE), Stage.COLLATE),
    (re.compile(r"augment|transform|jitter|random_?(flip|crop|resize)", re.IGNORECASE), Stage.AUGMENT),
    (re.compile(r"^__getitems?__$|load_(image|sample|item|dataset|data)|read_image", re.IGNORECASE), Stage.DATA),
    (LOSSES, Stage.LOSS),
    (re.compile(r"^backward$", re.IGNORECASE), Stage.BACKWARD),
    (re.compile(r"accuracy|metric|confusion|f1_?score|precision|recall", re.IGNORECASE), Stage.METRICS),
    (re.compile(r"^(save|load|resume)_?(checkpoint|model|weights|state)|checkpoint", re.IGNORECASE), Stage.CHECKPOINT),
    (re.compile(r"^(forward|training_step|generate)$"), Stage.FORWARD),
    (re.compile(r"^on_\w+_(start|begin|end)$"), Stage.LOGGING),
)
_LINES: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"\.backward\("), Stage.BACKWARD),
    (re.compile(r"^(async )?for .+ in .*\b\w*(loader|batches|dataset|dl)\b"), Stage.DATA),
    (re.compile(r"\b\w*(loss|criterion)\w*\s*(=|\+=|\()", re.IGNORECASE), Stage.LOSS),
    (re.compile(r"\.(to|cuda)\([^)]*\)"), Stage.TRANSFER),
    (re.compile(r"\b(acc|accuracy|correct|hits|metrics?|precision|recall)(_\w+)?\s*(=|\+=)"), Stage.METRICS),
    (re.compile(r"\btorch\.(save|load)\(|load_state_dict\("), Stage.CHECKPOINT),
    (re.compile(r"\b(optimi[sz]er|opt|sched)\w*\.\w+"), Stage.OPTIMIZER),
    (re.compile(r"^(print|self\.log|wandb\.log|logg(er|ing)\.\w+)\(|\.(add_(scalars?|images?|histogram|figure|text|graph|hparams)|log_(metrics?|dict))\("), Stage.LOGGING),
)
_OF_MODEL = (Stage.FORWARD, Stage.LOSS, Stage.TRANSFER, Stage.METRICS)
"""What functions of `torch.nn` do not tell of a sample that is being loaded: a transform may call them too."""
_FUNCTIONS = {
    "load_state_dict": Stage.CHECKPOINT,
    "backward": Stage.BACKWARD,
    "default_collate": Stage.COLLATE,
}


def stage_of(failure: Failure) -> Stage | None:
    """The stage at which an exception was raised; None where no frame tells it."""
    return stage_of_frames(failure.frames)


def stage_of_frames(frames: tuple[Frame, ...]) -> Stage | None:
    """The stage, from the innermost frame that tells one; None where none does."""
    users = [frame for frame in frames if frame.user]
    loading = any(frame.name in ("__getitem__", "__getitems__") for frame in users)
    for frame in reversed(frames):
        stage = _of_user(frame, frame is users[-1]) if frame.user else _of_library(frame)
        if stage is not None and not (loading and stage in _OF_MODEL):
            return stage
    return None


def _of_library(frame: Frame) -> Stage | None:
    file = frame.file.replace("\\", "/")
    if frame.name in _FUNCTIONS and "/torch/" in file:
        return _FUNCTIONS[frame.name]
    if frame.name == "__init__" and "/torch/nn/modules/" in file and not file.endswith("/loss.py"):
        return Stage.SETUP
    if file.endswith("torch/utils/data/_utils/fetch.py") and "collate_fn(" in frame.code:
        return Stage.COLLATE
    if file.endswith("torch/nn/functional.py"):
        return Stage.LOSS if LOSSES.search(frame.name) else Stage.FORWARD
    if file.endswith("torch/nn/modules/module.py"):
        return Stage.FORWARD if "_call_impl" in frame.name else None
    return next((stage for part, stage in _FILES if f"/{part}" in file), None)


def _of_user(frame: Frame, innermost: bool) -> Stage | None:
    """What a frame of the user's tells by its name, its class and (where the run stopped) its line."""
    owner = frame.function.rpartition(".")[0]
    if frame.name in ("forward", "__call__") and LOSS_CLASSES.search(owner.rpartition(".")[2]):
        return Stage.LOSS
    if frame.name == "__call__":
        return next((stage for pattern, stage in _NAMES[:2] if pattern.search(owner)), None)
    if innermost:
        for pattern, stage in _LINES:
            if pattern.search(frame.expression or frame.code if stage is Stage.BACKWARD else frame.code):
                return stage
    return next((stage for pattern, stage in _NAMES if pattern.search(frame.name)), None)
