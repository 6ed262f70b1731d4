"""A module holds the module that holds it.

Why
---
`train`, `eval`, `to`, `apply`, `state_dict` and printing walk the tree of modules from parent to child. Where a child holds its
parent as an attribute, the parent is registered as a child of its child, and the walk never ends.

Fix
---
- Keep the reference out of the tree: `object.__setattr__(self, "parent", parent)`, a `weakref.ref(parent)`, or a list around it.
- Pass what the child needs of its parent as an argument of `forward`.

Bad
---
    class Head(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net               # and net holds this head

Good
----
    class Head(nn.Module):
        def __init__(self, net):
            super().__init__()
            self._net = weakref.ref(net)
"""

from stepscope.evidence import Failure, Recursion, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

MODULE_CYCLE = Rule("STK102", Severity.ERROR, stage=Stage.SETUP)


@MODULE_CYCLE.seen_in
def objects(failure: Failure, recursion: Recursion) -> Witnessed:
    if recursion.kind != "module" or not (recursion.circle or recursion.endless):
        return
    where = recursion.closed_at
    yield MODULE_CYCLE.found(
        f"the modules form a circle: {recursion.circle}" if recursion.circle else "the modules call each other in a circle",
        Confidence.CERTAIN if recursion.circle else Confidence.LIKELY,
        stage=Stage.SETUP,
        line=where or recursion.entry,
        about="the circle is closed here" if where else "",
        seen={"circle": recursion.circle, "repeats": recursion.folded, "limit": f"{recursion.limit} frames"},
    )
