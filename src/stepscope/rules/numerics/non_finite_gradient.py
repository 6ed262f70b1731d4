"""A finite forward pass whose backward made a NaN or infinite gradient.

Why
---
The derivative is infinite where the function is finite: `sqrt` and `norm` at zero, `x ** 0.5`, `acos` at one. And a value that `torch.where` or a mask drops in the
forward pass still takes part in the backward pass: zero times infinity is NaN. Code of your own that clips,
scales or projects gradients divides by a norm, which may be zero. The loss of this step looks healthy; after the update every weight is NaN.

Fix
---
- Keep the input away from the point: `torch.sqrt(x + 1e-8)`, `x.norm()` as `(x.square().sum() + 1e-12).sqrt()`.
- Mask what goes in, not what comes out: `torch.log(torch.where(x > 0, x, 1.0))`.

Bad
---
    distance = torch.sqrt(((a - b) ** 2).sum(1))          # a == b in one pair

Good
----
    distance = torch.sqrt(((a - b) ** 2).sum(1) + 1e-8)
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.advice import advice, advice_on_backward
from stepscope.rules.numerics.told import confidence, diverged, facts, kind, made, told
from stepscope.rules.numerics.told import unread as left_out

NON_FINITE_GRADIENT = Rule("NUM104", Severity.ERROR, stage=Stage.BACKWARD, yields_to=("exploding-gradient",))


@NON_FINITE_GRADIENT.seen_in
def repeated(step: NonFinite, course: Course) -> Witnessed:
    """In a backward pass an operator made of finite values others: in that of the loss, or in one that the loss is computed with (a penalty on gradients, forces)."""
    if step.born != "backward" or diverged(course):
        return
    yield NON_FINITE_GRADIENT.found(
        f"the backward of `{_forward(step)}` made the first {made(step)}; the loss {'was finite' if step.met == 'gradient' else 'takes it in'}",
        confidence(step),
        line=step.line,
        operator=_forward(step),
        seen={"backward": step.node.partition("0")[0], **facts(step)},
        instead=advice_on_backward(_forward(step)),
    )


@NON_FINITE_GRADIENT.seen_in
def worked_on(step: NonFinite, course: Course) -> Witnessed:
    """Code of the user's made it of gradients that were finite: it scales, clips or projects them."""
    if step.born != "own gradient" or diverged(course):
        return
    yield NON_FINITE_GRADIENT.found(
        f"`{step.operator}` on the gradients made the first {made(step)}",
        confidence(step),
        line=step.line,
        seen={"in": "a hook of the backward pass" if step.node else "your own code, between backward and step", **facts(step)},
        instead=advice(step),
    )


@NON_FINITE_GRADIENT.seen_in
def dropped(step: NonFinite, course: Course) -> Witnessed:
    """A value of the forward pass that never reached the loss came back through its gradient."""
    if step.met != "gradient" or step.born != "forward" or diverged(course):
        return
    yield NON_FINITE_GRADIENT.found(
        f"`{step.operator}` made a value that the loss drops; its gradient is {kind(step)}",
        confidence(step),
        line=step.line,
        stage=Stage.BACKWARD,
        seen=facts(step),
        fix=("Choose before the operator, not after it: `torch.log(torch.where(x > 0, x, 1.0))`.",),
    )


@NON_FINITE_GRADIENT.seen_in
def masked(step: NonFinite) -> Witnessed:
    """Values that were missing in the batch were left out after something had been computed of them: the loss is finite, its gradient is not."""
    if step.born != "input" or not step.dropped or step.output is None:
        return
    name = f"`{step.name}`" if step.name else "the batch"
    yield NON_FINITE_GRADIENT.found(
        f"{name} holds NaN that the loss leaves out; the gradient is {kind(step)}",
        confidence(step),
        line=step.line,
        stage=Stage.BACKWARD,
        seen={"values": told(step.output), "first met by": f"`{step.operator}`", "repeated": facts(step)["repeated"]},
        instead=(
            "Leave out what is missing before it is computed with: `seen = y.isfinite(); loss(p[seen], y[seen])`, or `y = torch.where(seen, y, 0.0)` first.",
            "Where nothing should be missing, fill or drop it where the data are read.",
        ),
    )


@NON_FINITE_GRADIENT.seen_in
def unrepeated(step: NonFinite, course: Course) -> Witnessed:
    """A gradient is not finite, and where that began could not be seen."""
    if step.met == "gradient" and step.born == "unknown" and not diverged(course):
        yield NON_FINITE_GRADIENT.found(
            f"a gradient is {kind(step)}; where it began could not be seen", confidence(step), line=step.line, seen={"repeated": step.why or "the step came out finite"}
        )


@NON_FINITE_GRADIENT.seen_in
def unread(step: NonFinite, course: Course) -> Witnessed:
    """A weight is not finite, and the optimizer's averages show that a gradient was not: the budget left it out."""
    if not step.averaged_by or diverged(course):
        return
    yield NON_FINITE_GRADIENT.found(
        f"a gradient that was not finite reached {f'`{step.name}`' if step.name else 'a weight'} before this step",
        confidence(step),
        line=step.line,
        stage=Stage.BACKWARD,
        seen={
            "weight": told(step.output) if step.output is not None else "",
            "gradient": f"of a step before this one: the averages of {step.averaged_by} are not finite either",
            "looked at": left_out(course),
            "repeated": facts(step)["repeated"],
        },
        fix=("Run it again with `--budget 100%`: every gradient is read, and the operator of the first bad one named.",),
    )


def _forward(step: NonFinite) -> str:
    """The forward operator that a node of the backward pass belongs to: "SqrtBackward0" is that of `sqrt`."""
    name = step.node.partition("Backward")[0]
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")
    return words or step.operator
