"""A hand-written `backward` of an `autograd.Function` returns a wrong number, shape or value of gradients.

Why
---
Autograd takes one gradient for each input of `forward`, of that input's shape, and `None` for inputs that have none. What does not fit
stops the run, at the line that called `backward` and not at the line that is to be changed.

Fix
---
- Return as many values as `forward` has inputs besides `ctx`, `None` for numbers and flags.
- Give each gradient the shape of its input: sum over the axes along which the input was broadcast.
- Hold it against differences: `torch.autograd.gradcheck(Function.apply, inputs)` with float64 inputs.

Bad
---
    @staticmethod
    def forward(ctx, x, levels):
        return torch.round(x * levels) / levels
    @staticmethod
    def backward(ctx, grad):
        return grad

Good
----
    @staticmethod
    def forward(ctx, x, levels):
        return torch.round(x * levels) / levels
    @staticmethod
    def backward(ctx, grad):
        return grad, None
"""

import re

from stepscope.evidence import Course, Failure, NonFinite, OwnBackward, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.advice import advice
from stepscope.rules.numerics.told import confidence, diverged, facts, made

CUSTOM_GRADIENT_WRONG = Rule("GRD107", Severity.ERROR, stage=Stage.BACKWARD)

_FUNCTION = r"[Ff]unction (?P<name>\w+Backward\d*)"
_NUMBER = wording(_FUNCTION + r" returned an incorrect number of gradients \(expected (?P<expected>\d+), got (?P<got>\d+)\)")
_SHAPE = wording(_FUNCTION + r" returned an invalid gradient at index (?P<index>\d+) - (?P<why>[^\n]+)")
_CHECK = wording(r"Jacobian (?:computed with forward mode )?mismatch for output \d+ with respect to input \d+|Backward is not reentrant")
_OTHER = wording(
    r"returned a gradient different than None at position (?P<position>\d+), but the corresponding forward input was not a Variable"
    r"|You must implement either the backward or vjp method for your custom autograd\.Function"
    r"|Legacy autograd function with non-static forward method is deprecated"
    r"|save_for_backward can only save variables"
    r"|(?P<type>expected Variable or None \(got \w+\))"
)

_UNDEFINED = "Keep the operator away from where it is not defined: divide by `x + 1e-8`, clamp before `log`."
_CHECKED = "Hold it against differences: `torch.autograd.gradcheck(Function.apply, inputs)` with float64 inputs, of the size that failed."


@CUSTOM_GRADIENT_WRONG.seen_in
def not_finite(step: NonFinite, course: Course) -> Witnessed:
    """An operator inside a backward that the user wrote made the first value that is not finite."""
    if step.born == "own backward" and not diverged(course):
        yield CUSTOM_GRADIENT_WRONG.found(
            f"`{step.operator}` in your own backward made the first {made(step)}",
            confidence(step),
            line=step.line,
            seen=facts(step),
            instead=(*(advice(step) or (_UNDEFINED,)), _CHECKED),
        )


@CUSTOM_GRADIENT_WRONG.seen_in
def own(failure: Failure, own: OwnBackward) -> Witnessed:
    """A class of the user's with this name was found."""
    number, shape = _NUMBER.search(failure.message), _SHAPE.search(failure.message)
    if number or shape:
        yield CUSTOM_GRADIENT_WRONG.found(
            _headline(own.name, number, shape),
            stage=Stage.BACKWARD,
            line=own.line,
            about=f"`{own.name}.backward` makes it here" if own.line else "",
            seen={"function": own.name, "says": failure.first_line[:300]},
        )


@CUSTOM_GRADIENT_WRONG.seen_in
def words(failure: Failure) -> Witnessed:
    """Names of the framework's own functions end in a digit: MulBackward0."""
    number, shape = _NUMBER.search(failure.message), _SHAPE.search(failure.message)
    found = number or shape
    if found and not found["name"][-1].isdigit():
        yield CUSTOM_GRADIENT_WRONG.found(
            _headline(found["name"].removesuffix("Backward"), number, shape),
            Confidence.LIKELY,
            stage=Stage.BACKWARD,
            seen={"says": failure.first_line[:300]},
        )


@CUSTOM_GRADIENT_WRONG.seen_in
def check(failure: Failure) -> Witnessed:
    if failure.is_a("GradcheckError") and _CHECK.search(failure.message):
        yield CUSTOM_GRADIENT_WRONG.found("gradcheck: the gradient differs from the differences", seen={"says": failure.message[:400]})
    elif _OTHER.search(failure.message) and failure.is_a("RuntimeError", "NotImplementedError", "TypeError"):
        yield CUSTOM_GRADIENT_WRONG.found(
            "an autograd.Function does not keep to its protocol", Confidence.LIKELY, seen={"says": failure.message[:300]}
        )


def _headline(name: str, number: re.Match[str] | None, shape: re.Match[str] | None) -> str:
    if number:
        return f"`{name}.backward` returns {number['got']} gradients for {number['expected']} inputs"
    return f"`{name}.backward`: gradient {shape['index']}: {shape['why']}" if shape else name
