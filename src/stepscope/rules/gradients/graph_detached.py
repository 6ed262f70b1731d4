"""The loss was cut off from the model: by `detach`, `.data`, `item`, `numpy`, `argmax` or a tensor built anew from numbers.

Why
---
The history ends where a tensor becomes a number, an index, a comparison or a new tensor: what comes after has no way
back to the parameters. If all of the loss comes from there, `backward` stops; if a part does, that part silently does not train.

Fix
---
- Keep the loss a tensor all the way: `sum` or `torch.stack` losses as they are, take `item()` for the log only.
- Train with a loss that has a gradient (cross entropy) and use accuracy, `argmax` and comparisons for reports.
- `torch.stack(list_of_tensors)` instead of `torch.tensor(list_of_tensors)`.

Bad
---
    total = torch.tensor([loss_a.item(), loss_b.item()]).sum()
    total.backward()

Good
----
    total = loss_a + loss_b
    total.backward()
"""

from stepscope.evidence import Failure, History, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

GRAPH_DETACHED = Rule("GRD102", Severity.ERROR, stage=Stage.FORWARD)

_NUMBERS = ("'float' object", "'int' object", "'bool' object", "'numpy.float64' object", "'numpy.float32' object", "'numpy.ndarray' object")


@GRAPH_DETACHED.seen_in
def cut(failure: Failure, history: History) -> Witnessed:
    if history.cut is None or not history.grad_mode:
        return
    how = history.how if history.how.startswith(("a ", "the ")) else f"`{history.how}`"
    yield GRAPH_DETACHED.found(
        f"the loss is cut off from the model by {how}",
        Confidence.CERTAIN if history.sure else Confidence.LIKELY,
        stage=Stage.BACKWARD,
        line=history.cut,
        about="the history ends here",
        seen={
            "cut by": f"{how}, at {history.cut.file}:{history.cut.line}",
            "trainable parameters": f"{history.trainable} of {history.parameters}" if history.parameters else "",
            "says": failure.first_line[:200],
        },
    )


@GRAPH_DETACHED.seen_in
def number(failure: Failure) -> Witnessed:
    """A plain number has no backward."""
    if failure.is_a("AttributeError") and failure.says("has no attribute 'backward'") and failure.says(*_NUMBERS):
        kind = failure.message.partition("'")[2].partition("'")[0]
        yield GRAPH_DETACHED.found(
            f"the loss is a plain {kind}, not a tensor", Confidence.LIKELY, stage=Stage.BACKWARD, seen={"says": failure.message[:200]}
        )
