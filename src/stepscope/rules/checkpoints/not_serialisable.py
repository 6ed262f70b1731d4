"""Something in what is being saved cannot be written down.

Why
---
Pickle writes functions and classes by their name at the top of a module. Lambdas, inner functions, generators, open files, locks, sockets
and database handles have none, so that a checkpoint that holds one cannot be saved; JSON takes plain values only.

Fix
---
- Save `state_dict()`s and plain values instead of whole objects.
- Give the function a name at the top of a module, or save its name and look it up when loading.
- In JSON: `tensor.tolist()`, `float(value)`, `str(path)`.

Bad
---
    torch.save({"model": model.state_dict(), "warmup": lambda epoch: epoch / 3}, path)

Good
----
    torch.save({"model": model.state_dict(), "warmup": "linear over 3 epochs"}, path)
"""

from stepscope.evidence import Failure, Refused, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

NOT_SERIALISABLE = Rule("SAV103", Severity.ERROR, stage=Stage.CHECKPOINT, yields_to=("worker-pickle", "recursive-copy", "module-cycle"))

_PICKLE = wording(
    r"[Cc]an(?:'|no)t pickle (?P<what>.{1,120})|Can't get local (?:attribute|object) (?P<name>.{1,120})"
    r"|(?P<type>.{1,80}?) (?:object )?(?:cannot|can not) be pickled|pickling of (?P<thing>.{1,60}) is not|attribute lookup (?P<lookup>.{1,100}) failed"
)
_ADDRESS = wording(r" at 0x[0-9a-f]+")
_JSON = wording(r"Object of type (?P<type>\w+) is not JSON serializable")
_PLAIN = ("Make it a plain value before it is written: `value.item()` of one number, `values.tolist()` of several, `str(path)`.",)
_COPY = wording(r"Only Tensors created explicitly by the user|Only leaf Tensors support the deepcopy protocol")
_SAFETENSORS = wording(r"Some tensors share memory|You are trying to save a non contiguous tensor|Key `?[^`]*`? is invalid, expected torch\.Tensor")
_SAVERS = ("torch/serialization.py", "pickle.py", "joblib/numpy_pickle.py", "json/encoder.py", "yaml/representer.py", "safetensors/torch.py", "copy.py")
_SAVING = wording(r"\b(save\w*|dump\w*|to_yaml|deepcopy|save_checkpoint|save_pretrained|push_to_hub|fit)\(")
_STARTING = ("popen_spawn_posix.py", "popen_spawn_win32.py", "popen_forkserver.py", "multiprocessing/reduction.py", "multiprocessing/spawn.py")


@NOT_SERIALISABLE.seen_in
def pickle(failure: Failure) -> Witnessed:
    found = _PICKLE.search(failure.message)
    if found and _is_save(failure) and failure.is_a("TypeError", "AttributeError", "PicklingError", "NotImplementedError"):
        what = next(group for group in found.groups() if group).strip()
        yield NOT_SERIALISABLE.found(
            f"what is saved holds {_ADDRESS.sub('', what.partition(': ')[0]).removeprefix('<').removesuffix('>')}", stage=Stage.CHECKPOINT, seen={"exception": failure.type, "says": failure.message[:300]}
        )


@NOT_SERIALISABLE.seen_in
def json_value(failure: Failure, refused: Refused) -> Witnessed:
    """The value is in sight, under the user's own names."""
    yield NOT_SERIALISABLE.found(
        f"JSON cannot hold `{refused.path}`, of class {refused.kind}",
        stage=Stage.CHECKPOINT,
        seen={"value": f"`{refused.path}`", "says": failure.message[:300]},
        instead=_PLAIN,
    )


@NOT_SERIALISABLE.seen_in
def json(failure: Failure) -> Witnessed:
    found = _JSON.search(failure.message)
    if found and failure.is_a("TypeError"):
        yield NOT_SERIALISABLE.found(
            f"JSON cannot hold a {found['type']}", stage=Stage.CHECKPOINT, seen={"says": failure.message[:300]}
        )


@NOT_SERIALISABLE.seen_in
def tensors(failure: Failure) -> Witnessed:
    copy, shared = _COPY.search(failure.message), _SAFETENSORS.search(failure.message)
    if copy or shared or failure.is_a("RepresenterError"):
        headline = "a tensor with history is copied" if copy else "tensors that share memory are saved" if shared else "YAML cannot hold this object"
        yield NOT_SERIALISABLE.found(
            headline,
            Confidence.LIKELY,
            seen={"says": failure.message[:300]},
            fix=("Copy `tensor.detach().clone()`; keep no tensor with history as an attribute of the module.",) if copy else (),
        )


def _is_save(failure: Failure) -> bool:
    line = failure.user_frame
    if failure.passes_file(*_STARTING):
        return False
    return failure.passes_file(*_SAVERS) or bool(line and _SAVING.search(line.code))
