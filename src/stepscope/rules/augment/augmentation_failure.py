"""An augmentation or transform raises on a sample, or returns something that the next one does not take.

Why
---
Augmentations assume a size, a type and an order of axes. One sample that is smaller than the crop, a tensor where a PIL image is taken, or a
random value outside of what a library takes stops the run, often after hours and for one sample only.

Fix
---
- Apply the transforms to the named sample alone, one by one, and look at what each of them returns.
- Put a resize before crops, or let the crop pad: `RandomCrop(32, pad_if_needed=True)`.
- Mind the order: what takes PIL images stands before `ToTensor`, what takes tensors after it.

Bad
---
    transforms.Compose([transforms.RandomCrop(224), transforms.ToTensor()])                  # a sample of 180 x 300

Good
----
    transforms.Compose([transforms.Resize(256), transforms.RandomCrop(224), transforms.ToTensor()])
"""

import re

from stepscope.evidence import Batch, Failure, Frame, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

AUGMENTATION_FAILURE = Rule(
    "AUG101",
    Severity.ERROR,
    stage=Stage.AUGMENT,
    yields_to=(
        "corrupt-image", "truncated-image", "channel-mismatch", "channel-order", "missing-file", "unreadable-entry", "image-too-large", "host-oom",
        "worker-pickle", "box-out-of-image", "box-reversed", "box-empty", "box-not-normalised", "recursion-limit", "interrupted-by-user",
        "empty-sample", "not-serialisable", "gpu-oom", "shm-exhausted", "too-many-open-files",
        "metric-shape-depends-on-batch", "image-mode-unusual", "segment-mismatch",
    ),
)  # fmt: skip

_LIBRARIES = wording(r"/(?:torchvision/transforms|albumentations|kornia/(?:augmentation|geometry|enhance)|torchaudio/transforms|imgaug|volumentations|monai/transforms|audiomentations)/")
_NAMES = wording(
    r"augment|(?<!spatial_)transforms?(?!er)|jitter|crop|flip|rotat|cut_?out|cut_?mix|mix_?up|mosaic|erasing|distort|affine|perspective|random_?\w+"
    r"|normali[sz]e|resize|to_?tensor|colou?r|brightness|contrast|blur|noise|shear|time_?stretch|pitch_?shift|spec_?aug|compose",
    re.IGNORECASE,
)
_MODULES = wording(r"(?:^|[/\\])(?:\w+_)?(?:augs?|augment\w*|transforms?)(?:\.py$|[/\\])", re.IGNORECASE)
"""Files and folders that hold transforms, whatever those are called."""
_BATCH = (
    "Call the transform with this batch alone, and look at what it is given: its sizes, and what it takes from the configuration.",
    "Where it holds on to a batch size, the short last batch of an epoch does not fit: take the size from the batch, `len(x)`.",
)
_COPY = ("Copy what was flipped or turned before it becomes a tensor: `image[:, ::-1].copy()`, `np.ascontiguousarray(image)`.",)
_OWN = ("`np.asarray(picture)`, `np.frombuffer` and a file mapped for reading give arrays that may not be written: make one of your own, `np.array(picture)` or `array.copy()`.",)
_FLIPPED = "stride in the given numpy array is negative"
_LOADING = ("__getitem__", "__getitems__", "fetch", "__next__", "collate")


@AUGMENTATION_FAILURE.seen_in
def loading(failure: Failure, batch: Batch) -> Witnessed:
    """A transform on the way of one sample."""
    frame = transform_of(failure)
    if frame is not None:
        first = (failure.message.strip().splitlines() or [""])[0]
        yield AUGMENTATION_FAILURE.found(
            f"`{name_of(frame)}` raises {failure.type}: {first}",
            Confidence.LIKELY,
            stage=Stage.AUGMENT,
            seen={"transform": name_of(frame), "exception": failure.type, "says": failure.message[:300]},
            instead=_instead(failure),
        )


@AUGMENTATION_FAILURE.seen_in
def flipped(failure: Failure) -> Witnessed:
    """A flip is a view that is read backwards, and no tensor can be."""
    if failure.says(_FLIPPED):
        yield AUGMENTATION_FAILURE.found("an array that was flipped or turned becomes a tensor", seen={"says": failure.message[:200]}, instead=_COPY)


@AUGMENTATION_FAILURE.seen_in
def elsewhere(failure: Failure) -> Witnessed:
    """The same, applied outside of a loader."""
    frame = transform_of(failure)
    if frame is not None:
        first = (failure.message.strip().splitlines() or [""])[0]
        yield AUGMENTATION_FAILURE.found(
            f"`{name_of(frame)}` raises {failure.type}: {first}", Confidence.LIKELY, stage=Stage.AUGMENT, seen={"says": failure.message[:300]}, instead=_instead(failure)
        )


def _instead(failure: Failure) -> tuple[str, ...]:
    """What fits better than the page's advice."""
    if failure.says(_FLIPPED):
        return _COPY
    return _OWN if failure.says("read-only") else _BATCH if _of_batch(failure) else ()


def _of_batch(failure: Failure) -> bool:
    """Whether no sample was being loaded: the transform was given a whole batch."""
    return not failure.passes(*_LOADING)


def transform_of(failure: Failure) -> Frame | None:
    """The frame of a library's transform, or of the user's own transform."""
    for frame in reversed(failure.frames):
        if not frame.user and _LIBRARIES.search(frame.file.replace("\\", "/")):
            return frame
        if frame.user and frame.name in ("__getitem__", "forward", "training_step", "<module>"):
            own = frame.name == "forward" and _NAMES.search(frame.function.rpartition(".")[0]) and failure.passes(*_LOADING)
            return frame if own else None
        if frame.user and _is_transform(frame, failure):
            return frame
    return None


def _is_transform(frame: Frame, failure: Failure) -> bool:
    owner = frame.function.rpartition(".")[0].rpartition(".")[2]
    if frame.name == "__call__":
        return bool(_NAMES.search(owner) or (_MODULES.search(frame.file) and failure.passes(*_LOADING)))
    return bool(_NAMES.search(frame.name)) and failure.passes(*_LOADING) and not frame.name.startswith("__")


def name_of(frame: Frame) -> str:
    """The transform's class, or its function."""
    owner = frame.function.rpartition(".")[0].rpartition(".")[2]
    return owner if owner and frame.name in ("__call__", "forward", "apply", "get_params") else frame.name
