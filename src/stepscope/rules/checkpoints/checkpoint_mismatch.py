"""Keys or shapes of a checkpoint do not fit the model.

Why
---
A state dict is laid over a model by name. Layers that were renamed, added or removed, a wrapper that puts `module.` before each name, or
a head of another size leave parameters without a value, or values without a parameter.

Fix
---
- Build the model with the settings that it was saved with.
- Saved from DataParallel or DistributedDataParallel: save `model.module.state_dict()`, or strip `module.` when loading.
- For another head: drop its entries from the state dict, then `load_state_dict(state, strict=False)`, and look at what it returns.

Bad
---
    torch.save(nn.DataParallel(model).state_dict(), path)
    model.load_state_dict(torch.load(path))

Good
----
    torch.save(parallel.module.state_dict(), path)
    model.load_state_dict(torch.load(path))
"""

import re

from stepscope.evidence import Failure, Lookup, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

CHECKPOINT_MISMATCH = Rule("SAV101", Severity.ERROR, stage=Stage.CHECKPOINT, yields_to=("optimizer-variable-mismatch",))

_LOADING = wording(r"Error\(s\) in loading state_dict for (?P<model>\w+)")
_MISSING = wording(r"Missing key\(s\) in state_dict: (?P<keys>[^\n]*)")
_UNEXPECTED = wording(r"Unexpected key\(s\) in state_dict: (?P<keys>[^\n]*)")
_SIZE = wording(
    r"size mismatch for (?P<name>[\w.]+): copying a param with shape (?:torch\.Size\()?(?P<saved>\[[^\]]*\])\)? from checkpoint, "
    r"the shape in current model is (?:torch\.Size\()?(?P<model>\[[^\]]*\])"
)
_KEY = wording(r'"([^"]+)"')
_PREFIXES = ("module.", "model.", "_orig_mod.", "net.", "backbone.", "encoder.", "_forward_module.")
_FORMS = {
    "Expected state_dict to be dict-like": "what was loaded is not a state dict",
    "weights to be loaded are not compatible": "the weights do not fit the model",
    "Trying to set a tensor of shape": "a tensor of the checkpoint has another shape than the model's",
    "ignore_mismatched_sizes": "tensors of the checkpoint have other shapes than the model's",
}


@CHECKPOINT_MISMATCH.seen_in
def state_dict(failure: Failure) -> Witnessed:
    found = _LOADING.search(failure.message)
    if not found:
        return
    missing, unexpected = _keys(_MISSING, failure.message), _keys(_UNEXPECTED, failure.message)
    sizes = [(size["name"], size["saved"], size["model"]) for size in _SIZE.finditer(failure.message)]
    prefix = _prefix(missing, unexpected)
    yield CHECKPOINT_MISMATCH.found(
        _headline(found["model"], missing, unexpected, sizes, prefix),
        stage=Stage.CHECKPOINT,
        seen={
            "not in the checkpoint": _shown(missing),
            "not in the model": _shown(unexpected),
            "other sizes": "; ".join(f"{name}: {saved} saved, {model} in the model" for name, saved, model in sizes[:3])
            + (f"; {len(sizes)} in all" if len(sizes) > 3 else ""),
        },
        fix=_advice(prefix, unexpected),
    )


@CHECKPOINT_MISMATCH.seen_in
def other_content(failure: Failure, lookup: Lookup) -> Witnessed:
    """A key of a loaded checkpoint that it does not have."""
    if failure.is_a("KeyError") and ("torch.load" in lookup.origin or "load_file" in lookup.origin):
        yield CHECKPOINT_MISMATCH.found(
            f"the checkpoint has no {lookup.key}",
            Confidence.LIKELY,
            stage=Stage.CHECKPOINT,
            seen={"it holds": ", ".join(lookup.keys[:12]), "looked up": f"`{lookup.name}[{lookup.key}]`"},
        )


@CHECKPOINT_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    form = next((form for words, form in _FORMS.items() if words in failure.message), None)
    if form and "<class 'str'>" not in failure.message and failure.is_a("RuntimeError", "ValueError", "TypeError"):
        yield CHECKPOINT_MISMATCH.found(form, Confidence.LIKELY, stage=Stage.CHECKPOINT, seen={"says": failure.message[:300]})


def _keys(pattern: re.Pattern[str], text: str) -> list[str]:
    found = pattern.search(text)
    return _KEY.findall(found["keys"]) if found else []


def _prefix(missing: list[str], unexpected: list[str]) -> str:
    """The words that one side puts before all names, "+" before them where the checkpoint has them."""
    for prefix in _PREFIXES:
        if unexpected and missing and set(missing) & {key.removeprefix(prefix) for key in unexpected if key.startswith(prefix)}:
            return "+" + prefix
        if unexpected and missing and set(unexpected) & {key.removeprefix(prefix) for key in missing if key.startswith(prefix)}:
            return "-" + prefix
    return ""


def _headline(model: str, missing: list[str], unexpected: list[str], sizes: list[tuple[str, str, str]], prefix: str) -> str:
    if prefix:
        side = "the checkpoint's" if prefix[0] == "+" else "the model's"
        return f"{side} names begin with `{prefix[1:]}`, the other's do not"
    if sizes and not missing and not unexpected:
        name, saved, current = sizes[0]
        return f"`{name}` has shape {saved} in the checkpoint, {current} in {model}"
    return f"{len(missing)} keys missing, {len(unexpected)} unexpected, {len(sizes)} of other size for {model}"


def _shown(keys: list[str]) -> str:
    return ", ".join(keys[:4]) + (f", ... {len(keys)} in all" if len(keys) > 4 else "")


def _advice(prefix: str, unexpected: list[str]) -> tuple[str, ...]:
    if prefix.startswith("+"):
        return (f'Strip it: `{{key.removeprefix("{prefix[1:]}"): value for key, value in state.items()}}`.',)
    if prefix:
        return (f'Add it: `{{"{prefix[1:]}" + key: value for key, value in state.items()}}`.',)
    if {"state_dict", "model", "model_state_dict", "optimizer", "epoch"} & set(unexpected):
        return ("The file holds more than weights: load one of its entries, such as `checkpoint['state_dict']`.",)
    return ()
