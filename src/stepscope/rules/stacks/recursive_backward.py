"""A hand-written backward calls itself along the graph, or around a cycle.

Why
---
A chain of a thousand operations needs a thousand frames when each node calls its parents, and Python allows about as many. Deep
networks, long sequences and graphs that grow from step to step reach that at once.

Fix
---
- Walk the nodes in topological order with a list instead of calls: `stepscope.graph.backward(loss, 1.0, edges=...)` does it.
- `sys.setrecursionlimit` only moves the wall, and far enough out it ends in a crash of the interpreter.

Bad
---
    def backward(node, grad):
        node.grad += grad
        for parent, local in node.parents:
            backward(parent, grad * local)

Good
----
    from stepscope.graph import backward

    grads = backward(loss, 1.0, edges=lambda node: [(p, lambda g, k=k: g * k) for p, k in node.parents])
"""

from stepscope.evidence import Failure, Recursion, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

RECURSIVE_BACKWARD = Rule("STK104", Severity.ERROR, stage=Stage.BACKWARD)


@RECURSIVE_BACKWARD.seen_in
def walk(failure: Failure, recursion: Recursion) -> Witnessed:
    if recursion.kind != "graph":
        return
    yield RECURSIVE_BACKWARD.found(
        "a backward pass around a cycle ran out of stack" if recursion.circle else "a recursive backward pass ran out of stack",
        stage=Stage.BACKWARD,
        line=recursion.line,
        seen={"circle": recursion.circle, "repeats": recursion.folded, "limit": f"{recursion.limit} frames"},
    )
