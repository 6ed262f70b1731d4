"""A compiled function is traced again and again.

Why
---
`torch.compile` makes code for the shapes, types and Python values that it saw. A number, a list's length or an object that differs from call to
call makes it compile again each time, until its limit; from then on it runs uncompiled, or stops where that was asked for.

Fix
---
- `torch.compile(..., dynamic=True)`, or `torch._dynamo.mark_dynamic(x, 0)` for an axis that varies.
- Pad or bucket sequences to a few lengths; `drop_last=True` for the short last batch.
- Pass counters as tensors, not as Python numbers; `TORCH_LOGS=recompiles` names the guard that failed.

Bad
---
    @torch.compile
    def step(x, number):          # another number in each call
        return model(x) * number

Good
----
    @torch.compile
    def step(x, number):          # a tensor
        return model(x) * number
"""

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

RETRACING = Rule("STK108", Severity.ERROR, stage=Stage.FORWARD)

_LIMIT = wording(r"(?:recompile_limit|cache_size_limit|accumulated_\w+_limit) ?(?:reached|\()?|recompile limit")
_WARNED = wording(r"(?P<times>\d+) out of the last (?P<calls>\d+) calls to [^\n]{1,200} triggered tf\.function retracing")
_GUARD = wording(r"(?:last reason|triggered by the following guard failure\(s\)):\s*(?P<why>[^\n]+)")


@RETRACING.seen_in
def limit(failure: Failure) -> Witnessed:
    if failure.is_a("FailOnRecompileLimitHit", "FailOnCacheLimitHit", "RecompileError") or (
        failure.is_a("Unsupported") and _LIMIT.search(failure.message)
    ):
        found = _GUARD.search(failure.message)
        yield RETRACING.found(
            "a compiled function was traced again for each call",
            seen={"failed guard": found["why"].strip()[:250] if found else "", "says": failure.first_line[:250]},
        )


@RETRACING.seen_in
def warned(failure: Failure, log: Log) -> Witnessed:
    """TensorFlow's warning, where it is all that was pasted: within a run it is often harmless."""
    if found := _WARNED.search(failure.message):
        yield RETRACING.found(
            f"{found['times']} of {found['calls']} calls were traced again", Confidence.LIKELY, severity=Severity.WARNING, stage=Stage.FORWARD, seen={"says": failure.message[:250]},
            instead=(
                "Give tensors in place of Python numbers, and one shape: `drop_remainder=True`, or `input_signature` with None for what varies.",
                "Make the `@tf.function`, or the model that `predict` is called on, once, outside of the loop.",
            ),
        )  # fmt: skip
