"""Versions of the framework, of libraries and of the code do not fit each other.

Why
---
Names are removed, arguments renamed and binary layouts changed between versions. Code written for another version, or two packages
of different age, then stop at an import, at an attribute or at a call that used to work.

Fix
---
- `pip check`, then install versions that were released together (torch and torchvision, lightning and torch, numpy 1 and what was built with it).
- Use the name or the argument that the installed version has; its change log names the new one.
- After an upgrade, rebuild extensions and make the environment anew instead of mending it.

Bad
---
    values = values.astype(np.float)        # gone since numpy 1.24

Good
----
    values = values.astype(np.float64)
"""

import re

from stepscope.evidence import Callee, Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Draft, Rule, Witnessed

VERSION_INCOMPATIBILITY = Rule(
    "ENV101",
    Severity.ERROR,
    stage=Stage.ENVIRONMENT,
    yields_to=("driver-mismatch", "library-init-failed", "custom-object-missing", "pagefile-too-small", "compiler-failure", "schedule-misuse"),
)

_WORDS = wording(
    r"undefined symbol|numpy\.dtype size changed|compiled using NumPy 1\.x cannot be run in|multiarray failed to import|Numpy is not available"
    r"|operator torchvision::\w+ does not exist|Couldn't load custom C\+\+ ops|module compiled against A[BP]I version"
    r"|compiled with different CUDA (?:major )?versions|is required for a normal functioning of this module, but found"
    r"|was removed in the NumPy 2\.0 release|was a deprecated alias for the builtin|has been removed in (?:version )?v?\d|removed in v?\d+\.\d"
    r"|Transformers does not recognize this architecture|Your currently installed version of \w+ is|requires (?:torch|transformers|accelerate|numpy) ?[><=]="
    r"|GLIBC(?:XX)?_[\d.]+' not found|Descriptors cannot be created directly|incompatible constructor arguments|no longer (?:supported|available) (?:since|in|as of)"
)
_IMPORT = wording(r"cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<module>[\w.]+)'(?: \((?P<file>[^)]*)\))?")
_PART = wording(r"No module named '(?P<module>(?P<package>\w+)\.[\w.]+)'")
_ATTRIBUTE = wording(r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'")
_KEYWORD = wording(r"(?P<call>[\w.]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'")
_GONE = {
    "numpy": "float int bool object complex str long unicode float_ Inf NaN Infinity product cumproduct alltrue sometrue in1d trapz row_stack asscalar",
    "torch": "solve symeig lstsq eig gels rfft irfft ifft _six matrix_rank legacy",
    "PIL.Image": "ANTIALIAS LINEAR CUBIC",
    "PIL": "PILLOW_VERSION",
    "sklearn": "externals cross_validation grid_search",
    "collections": "Iterable Mapping Sequence Callable MutableMapping",
    "inspect": "getargspec",
    "scipy.misc": "imread imresize imsave",
    "transformers": "AdamW",
    "pytorch_lightning": "metrics",
}
_RENAMED = {
    "verbose", "gpus", "tpu_cores", "progress_bar_refresh_rate", "weights_summary", "checkpoint_callback", "evaluation_strategy",
    "resume_from_checkpoint", "auto_select_gpus", "auto_lr_find", "auto_scale_batch_size", "truncated_bptt_steps", "squared", "presort",
    "min_impurity_split", "size_average", "pretrained", "always_apply", "max_holes", "no_cuda", "per_gpu_train_batch_size", "use_auth_token",
    "tokenizer", "overwrite_output_dir", "group_by_length", "save_safetensors", "include_inputs_for_metrics",
}  # fmt: skip
_PACKAGES = {
    "torch", "torchvision", "torchaudio", "torchtext", "torchmetrics", "lightning", "pytorch_lightning", "transformers", "accelerate", "datasets",
    "numpy", "scipy", "sklearn", "skimage", "PIL", "cv2", "pandas", "matplotlib", "tensorflow", "keras", "timm", "albumentations", "peft", "apex",
}  # fmt: skip


@VERSION_INCOMPATIBILITY.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found and failure.is_a("ImportError", "RuntimeError", "AttributeError", "ValueError", "TypeError", "OSError", "MisconfigurationException"):
        yield VERSION_INCOMPATIBILITY.found(
            f"installed versions do not fit: {failure.first_line}",
            Confidence.LIKELY,
            stage=Stage.ENVIRONMENT,
            seen={"framework": machine.framework, "python": machine.python, "says": failure.message[:300]},
        )


@VERSION_INCOMPATIBILITY.seen_in
def name_gone(failure: Failure, machine: Machine) -> Witnessed:
    """A name that an installed package does not have (any more)."""
    what, sure = _missing(failure)
    if what:
        yield VERSION_INCOMPATIBILITY.found(
            f"the installed version has no `{what}`",
            Confidence.LIKELY if sure else Confidence.POSSIBLE,
            stage=Stage.ENVIRONMENT,
            seen={"framework": machine.framework, "says": failure.message[:250]},
        )


@VERSION_INCOMPATIBILITY.seen_in
def argument_gone(failure: Failure, machine: Machine) -> Witnessed:
    """One library calls another with an argument that it does not take."""
    found = _KEYWORD.search(failure.message)
    inner = failure.innermost
    if found and inner is not None and not inner.user and failure.is_a("TypeError") and _library_called(failure):
        yield _argument(found, failure, machine)


@VERSION_INCOMPATIBILITY.seen_in
def argument_renamed(failure: Failure, callee: Callee, machine: Machine) -> Witnessed:
    """The user passes an argument that the library is known to have had."""
    found = _KEYWORD.search(failure.message)
    if found and callee.library and found["name"] in _RENAMED and failure.is_a("TypeError"):
        yield _argument(found, failure, machine)


def _argument(found: re.Match[str], failure: Failure, machine: Machine) -> Draft:
    return VERSION_INCOMPATIBILITY.found(
        f"the installed `{found['call']}` takes no `{found['name']}`",
        Confidence.LIKELY,
        stage=Stage.ENVIRONMENT,
        seen={"framework": machine.framework, "says": failure.message[:250]},
    )


def _missing(failure: Failure) -> tuple[str, bool]:
    """The name that is missing, and whether it is known to have been there."""
    inside = failure.innermost is not None and "-packages" in failure.innermost.file
    imported, part, attribute = (pattern.search(failure.message) for pattern in (_IMPORT, _PART, _ATTRIBUTE))
    if failure.is_a("ModuleNotFoundError") and part and part["package"] in _PACKAGES:
        return part["module"], True
    if failure.is_a("ImportError") and imported and "-packages" in (imported["file"] or "") and "circular import" not in failure.message:
        return f"{imported['module']}.{imported['name']}", inside
    if failure.is_a("AttributeError") and attribute and "circular import" not in failure.message:
        known = attribute["name"] in _GONE.get(attribute["module"], "").split()
        return (f"{attribute['module']}.{attribute['name']}", True) if known or inside else ("", False)
    return "", False


def _library_called(failure: Failure) -> bool:
    """The call stands in a library's own code: the frame that raised is a library's, and so is the one that it was called from."""
    inner = failure.frames[-2:]
    return len(inner) == 2 and all(not frame.user and "-packages" in frame.file for frame in inner)
