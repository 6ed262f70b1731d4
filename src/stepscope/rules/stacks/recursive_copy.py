"""`deepcopy` or pickling of a deep or self-referring object.

Why
---
`copy.deepcopy`, `pickle`, `torch.save` and spawned workers walk an object by recursion, some frames per level: a linked list of a few hundred
items ends the stack. A class whose `__getattr__` looks up an attribute that `__init__` sets fails the same way, because a copy is
made without calling `__init__`.

Fix
---
- Keep items in a list instead of linking each to the next; save tensors and plain values instead of whole objects.
- In `__getattr__`, raise AttributeError for names that begin with an underscore, before anything of `self` is read.

Bad
---
    class Wrapper:
        def __init__(self, model):
            self.model = model
        def __getattr__(self, name):
            return getattr(self.model, name)      # a copy has no `model` yet

Good
----
    class Wrapper:
        def __init__(self, model):
            self.model = model
        def __getattr__(self, name):
            if name == "model" or name.startswith("__"):
                raise AttributeError(name)
            return getattr(self.model, name)
"""

from stepscope.evidence import Failure, Recursion, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

RECURSIVE_COPY = Rule("STK105", Severity.ERROR, stage=Stage.CHECKPOINT)

_COPIERS = ("copy.py", "copyreg.py", "pickle.py", "torch/serialization.py", "reduction.py")


@RECURSIVE_COPY.seen_in
def objects(failure: Failure, recursion: Recursion) -> Witnessed:
    copying = failure.passes_file(*_COPIERS) or failure.says("pickling") or failure.passes("deepcopy", "dumps", "dump")
    if recursion.kind not in ("copy", "attribute", "call", "data") or not copying:
        return
    by_attribute = recursion.kind == "attribute"
    yield RECURSIVE_COPY.found(
        "`__getattr__` looks for itself in a copy" if by_attribute else "copying an object by recursion ran out of stack",
        stage=Stage.CHECKPOINT,
        line=(recursion.period_line if by_attribute else None) or recursion.entry,
        about="this looks up an attribute that a copy does not have yet" if by_attribute else "",
        seen={"circle": recursion.circle, "repeats": recursion.folded, "limit": f"{recursion.limit} frames"},
    )
