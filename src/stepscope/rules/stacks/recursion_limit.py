"""Python's recursion limit was reached, with no narrower name.

Why
---
Every call needs a frame, and Python stops at a thousand by default. Either a function comes back to itself without an end, or the
thing it walks (nested modules, a long chain) is deeper than the stack.

Fix
---
- An endless circle: give the function a case in which it does not call itself.
- Mere depth: walk with a list instead of calls, or build the thing flat (`nn.Sequential` of layers instead of layers within layers).

Bad
---
    class Block(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner               # 500 blocks, each inside of the next
        def forward(self, x):
            return x + self.inner(x)

Good
----
    blocks = nn.ModuleList(Block() for _ in range(500))
    for block in blocks:
        x = x + block(x)
"""

from stepscope.evidence import Failure, Recursion, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

RECURSION_LIMIT = Rule(
    "STK101",
    Severity.ERROR,
    stage=Stage.FORWARD,
    yields_to=("module-cycle", "recursive-loading", "recursive-backward", "recursive-copy"),
)

_ATTRIBUTE = (
    "`__getattr__` asks its own object for an attribute that is not there yet: unpickling (in a spawned worker) and copying make the object without `__init__`.",
    "Refuse what Python itself looks for: `if name.startswith(\"__\"): raise AttributeError(name)`, and read the inner object as `self.__dict__[\"inner\"]` (a KeyError there is to become an AttributeError).",
)


@RECURSION_LIMIT.seen_in
def stack(failure: Failure, recursion: Recursion) -> Witnessed:
    how = {True: "an endless circle of calls", False: "calls nested too deep", None: "calls that repeat"}[recursion.endless]
    yield RECURSION_LIMIT.found(
        f"{how} reached the limit of {recursion.limit} frames",
        line=recursion.line,
        seen={"repeats": recursion.folded, "circle": recursion.circle, "depth": recursion.depth},
        stage=Stage.DATA if failure.passes("spawn_main") else None,
        instead=_ATTRIBUTE if recursion.kind == "attribute" else (),
    )


@RECURSION_LIMIT.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.is_a("RecursionError"):
        yield RECURSION_LIMIT.found("the recursion limit was reached", Confidence.LIKELY, seen={"says": failure.message})
