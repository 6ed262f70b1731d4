"""A class or function that a saved object needs is unknown when it is loaded.

Why
---
Pickle keeps the name of a class and of its module, not its code. If either was renamed, moved or defined in another script's `__main__`,
the file cannot be read. Since torch 2.6 `torch.load` also refuses classes that were not allowed by name (`weights_only=True`).

Fix
---
- Save `model.state_dict()` and plain values; build the model in code and load the weights into it.
- Put the class back under its old name: `import new_module; sys.modules["old_module"] = new_module`, or an alias in the old place.
- A file that you trust: `torch.load(path, weights_only=False)`, or `torch.serialization.add_safe_globals([TheClass])`.

Bad
---
    torch.save({"model": model, "state": TrainState(epoch)}, path)
    torch.load(path)

Good
----
    torch.save({"model": model.state_dict(), "epoch": epoch}, path)
    torch.load(path)
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

CUSTOM_OBJECT_MISSING = Rule("MOD110", Severity.ERROR, stage=Stage.CHECKPOINT)

_GONE = wording(r"Can't get attribute '(?P<name>[\w.]+)' on <module '(?P<module>[\w.]+)'")
_MODULE = wording(r"No module named '(?P<module>[\w.]+)'")
_REFUSED = wording(
    r"Unsupported (?:global|class|qualname)[^\w]*(?:GLOBAL )?(?P<name>[\w.]+)"
    r"|Trying to call (?:reduce|instantiate) (?:for |instances of )?(?:unrecognized |class )(?P<called>[\w.<>' ]+)"
    r"|GLOBAL (?P<plain>[\w.]+) was not an allowed global"
)
_OTHER = wording(
    r"Tokenizer class (?P<tokenizer>\w+) does not exist or is not currently imported"
    r"|Unknown builtin op: (?P<op>[\w:]+)|Unknown type name '(?P<type>[\w.]+)'"
)
_LOADERS = ("load", "loads", "load_from_checkpoint", "read_pickle", "_load", "_legacy_load", "find_class", "load_checkpoint")
_LOADING = wording(r"(torch|pickle|dill|joblib|cloudpickle|pkl|pd|pandas)\.(load|loads|read_pickle)\(")
_SPAWN = ("multiprocessing/spawn.py", "multiprocessing/reduction.py", "multiprocessing/queues.py", "multiprocessing/connection.py")


@CUSTOM_OBJECT_MISSING.seen_in
def gone(failure: Failure) -> Witnessed:
    found = _GONE.search(failure.message)
    if found and failure.is_a("AttributeError") and not failure.passes_file(*_SPAWN):
        yield CUSTOM_OBJECT_MISSING.found(
            f"the saved object needs `{found['name']}`, which `{found['module']}` lacks",
            stage=Stage.CHECKPOINT,
            seen={"class": f"{found['module']}.{found['name']}", "says": failure.message[:250]},
        )


@CUSTOM_OBJECT_MISSING.seen_in
def module_gone(failure: Failure) -> Witnessed:
    """An import that fails while an object is being read, not one that the user's code wrote down."""
    found, line = _MODULE.search(failure.message), failure.user_frame
    if not found or line is None or not failure.is_a("ModuleNotFoundError"):
        return
    own_import = line.code.startswith(("import ", "from ")) or "import_module" in line.code
    reading = failure.passes_file("torch/serialization.py", "joblib/numpy_pickle.py") or _LOADING.search(line.code)
    if reading and not own_import and failure.passes(*_LOADERS, line.name):
        yield CUSTOM_OBJECT_MISSING.found(
            f"the saved object needs the module `{found['module']}`, which is not there",
            stage=Stage.CHECKPOINT,
            seen={"module": found["module"], "says": failure.message[:250]},
        )


@CUSTOM_OBJECT_MISSING.seen_in
def refused(failure: Failure) -> Witnessed:
    """`weights_only` knows the class by name but was not told to trust it."""
    found = _REFUSED.search(failure.message)
    if found and failure.is_a("UnpicklingError") and not by_default(failure):
        name = (found["name"] or found["called"] or found["plain"] or "").strip(". ")
        only_here = name.startswith("__main__.")
        yield CUSTOM_OBJECT_MISSING.found(
            f"torch.load does not trust `{name}` of this file",
            Confidence.LIKELY if only_here else Confidence.CERTAIN,
            stage=Stage.CHECKPOINT,
            seen={"class": name, "says": "Weights only load failed"},
            fix=(
                "Save plain values only; for a file that you trust, pass `weights_only=False`.",
                *(("A class of `__main__` is found by the script that saved it alone: move it to a module that both import.",) if only_here else ()),
            ),
        )


@CUSTOM_OBJECT_MISSING.seen_in
def other(failure: Failure) -> Witnessed:
    found = _OTHER.search(failure.message)
    if found and failure.is_a("ValueError", "RuntimeError"):
        name = found["tokenizer"] or found["op"] or found["type"]
        yield CUSTOM_OBJECT_MISSING.found(
            f"the saved model needs `{name}`, which is not known here", Confidence.LIKELY, seen={"says": failure.message[:250]}
        )


def by_default(failure: Failure) -> bool:
    """Whether `torch.load` refuses a class because its default changed in 2.6: no line that is seen asks for weights only.

    A class of the script itself is none of those: another default would not make it known to a second script.
    """
    told = "we changed the default value of the `weights_only` argument" in failure.message
    asked = any("weights_only" in frame.code for frame in failure.frames if not frame.torch)
    return told and not asked and not _of_the_script(failure)


def _of_the_script(failure: Failure) -> bool:
    """Whether the refused class belongs to `__main__`, or to a file of the user's that the traceback shows."""
    found = _REFUSED.search(failure.message)
    module = (found["name"] or found["plain"] or "").rpartition(".")[0] if found else ""
    files = ["/" + frame.file.replace("\\", "/") for frame in failure.frames if frame.user]
    return module == "__main__" or any(file.endswith(f"/{module.replace('.', '/')}.py") for file in files if module)
