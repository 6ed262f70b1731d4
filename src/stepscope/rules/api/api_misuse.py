"""A function of a framework is called with wrong arguments, in the wrong order, or with other objects than it takes.

Why
---
The framework checks what it is given, as far as it can, and stops with words about its own insides. The line to change is the user's
line that called it.

Fix
---
- Read the named function's parameters against the call: how many, in which order, of what type.
- A loss or layer class is built first and called then: `nn.CrossEntropyLoss()(output, target)`.
- Begin `__init__` of a module with `super().__init__()`; give the optimizer `model.parameters()`, not the model.

Bad
---
    loss = nn.CrossEntropyLoss(output, target)

Good
----
    loss = nn.CrossEntropyLoss()(output, target)
"""

import re

from stepscope.evidence import Callee, Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

API_MISUSE = Rule("API101", Severity.ERROR, stage=Stage.SETUP, fallback=True, yields_to=("generator-exception", "worker-exception"))

LIBRARIES = {
    "torch", "torchvision", "torchaudio", "torchmetrics", "lightning", "pytorch_lightning", "lightning_fabric", "transformers", "accelerate",
    "tensorflow", "tensorflow_core", "keras", "tf_keras", "jax", "flax", "optax", "imageai", "datasets", "sklearn", "timm", "peft", "ignite", "tokenizers", "albumentations", "kornia", "monai", "torch_geometric", "deepspeed", "safetensors",
}  # fmt: skip
_REFUSALS = ("TypeError", "ValueError", "RuntimeError", "AssertionError", "NotImplementedError", "MisconfigurationException", "NotFittedError")
_ORDER = wording(
    r"cannot assign module before Module\.__init__\(\) call|cannot assign parameters? before Module\.__init__\(\) call"
    r"|is missing the required \"forward\" function|missing the required `?forward|before Module\.__init__|super\(\)\.__init__"
    r"|No `?\w+(?:\(\))?`? (?:method|property)? ?(?:method )?defined|Trainer\.(?:fit|test|validate|predict).{0,60}(?:requires|must)"
    r"|You must call|must be called before|before calling|was not called|has not been (?:set|attached|called)|is not fitted yet|Call 'fit'"
    r"|Can't call numpy\(\) on Tensor that requires grad|should return (?:a|None|Tensor)|when `\w+` returns a dict"
)
_ARGUMENTS = wording(
    r"(?P<call>\w+)\(\): argument '(?P<name>\w+)'.{0,40} must be (?P<must>[^,]+), not (?P<not>[\w.]+)"
    r"|(?P<combination>\w+)\(\) received an invalid combination of arguments|(?P<takes>[\w.]+)\(\) (?:takes|missing|got) "
)
_OF_VALUES = wording(r"\bnan\b|\binf\b|found invalid values|probability tensor contains", re.IGNORECASE)
"""A call that was right, and values that have gone astray before it."""
_CURES = {
    "created only for scalar outputs": "Make one number of it: `loss.mean()` or `loss.sum()`, or build the loss without `reduction='none'`.",
    "view size is not compatible": "Use `.reshape(...)`, or `.contiguous().view(...)`: after `permute` or `transpose` the numbers are not in order.",
    "before Module.__init__() call": "Begin `__init__` of the module with `super().__init__()`.",
    "argument given to the optimizer should be an iterable": "Give the optimizer `model.parameters()`.",
    "empty parameter list": "Give it a list, `list(...)`: a `filter`, a `map` or a generator is used up once something has counted or printed what it gives.",
    "must be divisible by num_heads": "Choose an `embed_dim` (`d_model`) that is a multiple of the number of heads.",
    "the 'loss' key needs to be present": "Return the loss under this name: `return {\"loss\": loss}`, or the loss alone.",
    "Can't call numpy() on Tensor that requires grad": "Use `tensor.detach().cpu().numpy()`.",
}
_CALLS = ("_wrapped_call_impl", "_call_impl", "__call__", "backward", "__next__", "fit", "train", "apply", "decorate_context")
_WRAPPERS = ("error_handler", "wrapper", "new_func", "inner", "_method_wrapper", "op_dispatch_handler", "reraise_with_filtered_traceback")
_LOOP = wording(r"\.(?:fit|fit_generator|evaluate|predict|train_on_batch|test_on_batch|fit_on_texts|train|run)\(")
"""A whole training in one call: what is raised below it is seldom about the arguments of the call."""
_CALLED_ON = wording(r"'(?P<kind>OrderedDict|dict|collections\.OrderedDict)' object has no attribute '(?P<name>eval|to|train|parameters|forward|cuda|state_dict|load_state_dict)'")


@API_MISUSE.seen_in
def called(failure: Failure, callee: Callee) -> Witnessed:
    """The user's line called a library's function, and what was raised came from there."""
    if callee.library not in LIBRARIES or not failure.is_a(*_REFUSALS) or failure.is_a("OSError", "MemoryError"):
        return
    if _OF_VALUES.search(failure.message):
        return
    if _inside(failure) and not failure.is_a("KeyError", "IndexError"):
        yield API_MISUSE.found(
            _headline(failure, callee.name),
            Confidence.LIKELY,
            seen={"called": f"`{callee.name}{_short(callee.signature)}`", "exception": failure.type, "says": failure.message[:300]},
            fix=_cure(failure),
        )


@API_MISUSE.seen_in
def order(failure: Failure) -> Witnessed:
    """Steps that the framework wants in another order."""
    inner = failure.innermost
    told = _ORDER.search(failure.message)
    by_library = told and ((inner is not None and inner.package in LIBRARIES) or failure.says("Can't call numpy()"))
    state_dict = _CALLED_ON.search(failure.message) if failure.is_a("AttributeError") else None
    if by_library and failure.is_a(*_REFUSALS, "AttributeError"):
        yield API_MISUSE.found(failure.first_line.rstrip("."), Confidence.LIKELY, seen={"exception": failure.type, "says": failure.message[:300]}, fix=_cure(failure))
    elif state_dict:
        yield API_MISUSE.found(
            f"a dictionary of weights is used as a model (`.{state_dict['name']}`)", Confidence.LIKELY, seen={"says": failure.message[:200]},
            fix=("Build the model, then `model.load_state_dict(...)`.",),
        )  # fmt: skip


@API_MISUSE.seen_in
def refused(failure: Failure) -> Witnessed:
    """The frames alone: a library's function stands right below the user's line, and refused what it was given."""
    line, below = failure.user_frame, failure.below_user
    if line is not None and line.user and _LOOP.search(line.code):
        return
    if not below or below[0].package not in LIBRARIES or below[-1].package not in LIBRARIES or below[0].name in _CALLS or len(below) > 6:
        return
    if failure.type in ("TypeError", "ValueError", "AssertionError", "NotImplementedError") and not _OF_VALUES.search(failure.message):
        yield API_MISUSE.found(
            _headline(failure, next((frame.name for frame in below if frame.name not in _WRAPPERS), below[0].name)), Confidence.LIKELY, seen={"exception": failure.type, "says": failure.message[:300]}, fix=_cure(failure)
        )


@API_MISUSE.seen_in
def arguments(failure: Failure) -> Witnessed:
    """A function written in C checks its arguments itself."""
    found = _ARGUMENTS.search(failure.message)
    if found and not found["takes"] and failure.is_a("TypeError") and _inside(failure):
        yield API_MISUSE.found(_headline(failure, found["call"] or found["combination"]), Confidence.LIKELY, seen={"says": failure.message[:300]})


def _cure(failure: Failure) -> tuple[str, ...]:
    """What the framework's words ask for, where they do."""
    if failure.says("object is not iterable") and failure.passes_file("torch/optim/optimizer.py"):
        return ("Give the optimizer `model.parameters()`.",)
    return next(((cure,) for words, cure in _CURES.items() if failure.says(words)), ())


def _inside(failure: Failure) -> bool:
    """The user's innermost line called the function that raised: below it are frames of libraries only, or none."""
    own = any(frame.user for frame in failure.frames)
    return own and not failure.by_user and all(frame.package in LIBRARIES for frame in failure.below_user[-1:])


def _headline(failure: Failure, name: str) -> str:
    found = _ARGUMENTS.search(failure.message)
    if found and found["call"]:
        return f"`{found['call']}` is given a {found['not']} as `{found['name']}`, which must be {found['must']}"
    return f"`{name}` refuses its arguments: {failure.first_line}"


def _short(signature: str) -> str:
    return signature if len(signature) < 160 else signature[:150] + " ...)"
