"""Python control flow depends on the values of tensors where a graph is captured.

Why
---
`torch.compile(fullgraph=True)`, `torch.export`, `torch.fx`, `torch.jit.trace` and `vmap` run the code once with stand-ins for tensors.
An `if`, a `while`, a `range` or an index that asks such a stand-in for its value has no answer at that moment.

Fix
---
- `torch.where(condition, a, b)` instead of `if condition:`; a mask instead of a loop with `break`.
- `torch.cond` or `torch._check` for what must branch.
- `torch.compile` without `fullgraph=True` breaks the graph there and goes on.

Bad
---
    if x.max() > 1:
        x = x / x.max()

Good
----
    x = torch.where(x.max() > 1, x / x.max(), x)
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

GRAPH_MODE_CONTROL_FLOW = Rule("API103", Severity.ERROR, stage=Stage.FORWARD)

_WORDS = wording(
    r"[Dd]ata[- ]dependent (?:branch|jump|control flow|assertion|expression|operator)|Could not (?:guard on|extract specialized integer from) data-dependent"
    r"|generic_jump|attempted to jump with TensorVariable|symbolically traced variables cannot be used as inputs to control flow"
    r"|cannot be interpreted as an integer.{0,80}Proxy|Proxy.{0,40}cannot be (?:iterated|used)|data-dependent control flow"
    r"|Dynamic control flow is not supported|[Cc]ontrol flow (?:is|was) not (?:currently )?(?:supported|allowed)|Dynamic slicing .{0,20}not supported"
    r"|calling \.item\(\) on a Tensor|Tensor\.item|aten\._local_scalar_dense|Proxy object cannot be iterated|len\(\) of a (?:Proxy|symbolically traced)",
)
_TYPES = ("GuardOnDataDependentSymNode", "PendingUnbackedSymbolNotFound", "TraceError")
_KNOWN = ("Unsupported", "UserError", "UncapturedHigherOrderOpError", "RuntimeError", "TraceError", "DataDependentOutputException", "TypeError")
_CAPTURES = ("_dynamo/", "torch/fx/", "torch/_export", "torch/export/", "_functorch/", "torch/jit/", "experimental/symbolic_shapes.py")


@GRAPH_MODE_CONTROL_FLOW.seen_in
def words(failure: Failure) -> Witnessed:
    capturing = any(part in frame.file.replace("\\", "/") for frame in failure.frames for part in _CAPTURES)
    typed = failure.is_a(*_TYPES) or any(cause.is_a(*_TYPES) for cause in failure.causes)
    told = _WORDS.search(failure.message) and failure.is_a(*_KNOWN)
    if not (typed or (told and (capturing or failure.is_a("Unsupported", "UserError") or "vmap" in failure.message))):
        return
    line = failure.user_frame if "from user code" in failure.message else None
    yield GRAPH_MODE_CONTROL_FLOW.found(
        f"control flow asks a tensor for its value: `{line.code}`" if line else "control flow asks a tensor for its value",
        Confidence.CERTAIN if typed or line else Confidence.LIKELY,
        stage=Stage.FORWARD,
        seen={"exception": failure.type, "says": failure.first_line[:250]},
    )
