"""A second backward through a graph that the first one had freed.

Why
---
`backward` frees what it walked over. A tensor that was computed before the loop, in the step before, or for another loss still
points into that freed graph, and the next `backward` that reaches it stops.

Fix
---
- A state that is carried from step to step: cut it off at the start of the step, `state = state.detach()`.
- Something computed once before the loop: compute it anew in each step, or under `no_grad` if it is not to train.
- Two losses of one graph: add them and call `backward` once; detach what the second one is not to train.
- `retain_graph=True` only where both passes are meant; in a loop it keeps every step's graph alive.

Bad
---
    for x, y in loader:
        out, state = rnn(x, state)
        criterion(out, y).backward()

Good
----
    for x, y in loader:
        out, state = rnn(x, state.detach())
        criterion(out, y).backward()
"""

from stepscope.evidence import Failure, Reused, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed

BACKWARD_TWICE = Rule("GRD103", Severity.ERROR, stage=Stage.BACKWARD)

_WORDS = (
    "Trying to backward through the graph a second time",
    "the saved intermediate results have already been freed",
    "the buffers have already been freed",
    "Trying to access the saved tensors after they have already been freed",
    "unpack is being triggered for a tensor that was already unpacked once",
)
_CURES = {
    "made once before this step": "Compute `{name}` in each step, or under `no_grad` if it is not to train.",
    "carried over from the step before": "`{name} = {name}.detach()` at the start of the step (each tensor of it, if it is a tuple).",
    "kept by the model": "Detach `{name}` before the next step begins.",
    "in two losses": "Add the losses that use `{name}` and call `backward` once, or detach `{name}` in the one that is not to reach it.",
}


@BACKWARD_TWICE.seen_in
def reused(failure: Failure, reused: Reused) -> Witnessed:
    if failure.says(*_WORDS):
        yield BACKWARD_TWICE.found(
            f"`{reused.name}`, {reused.how}, is part of a graph that was freed",
            stage=Stage.BACKWARD,
            line=reused.line,
            about=f"`{reused.name}` is made here" if reused.line else "",
            seen={"used twice": f"`{reused.name}`, {reused.how}"},
            fix=(_CURES[reused.how].format(name=reused.name),),
        )


@BACKWARD_TWICE.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_WORDS):
        yield BACKWARD_TWICE.found("backward goes through a graph that was freed", stage=Stage.BACKWARD, seen={"says": failure.message[:200]})
