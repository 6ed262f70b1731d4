"""An operator of the model turned finite values into NaN or infinity.

Why
---
`log` and `sqrt` of negative numbers, a division by zero, `exp` of a large number, a softmax over a row that is masked whole: the operator is the origin, and
everything after it is a consequence. One such step makes every weight NaN.

Fix
---
- Keep the operator's input where it is defined: `x.clamp(min=1e-6).log()`, `x / (norm + 1e-8)`, `torch.log1p`, `torch.logsumexp`.
- Where only one sample does it, look at that sample first.

Bad
---
    def forward(self, x):
        return self.head(torch.log(x))

Good
----
    def forward(self, x):
        return self.head(torch.log(x.clamp(min=1e-6)))
"""

from stepscope.evidence import Course, NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.numerics.advice import advice
from stepscope.rules.numerics.told import confidence, diverged, facts, made

NON_FINITE_FORWARD = Rule("NUM102", Severity.ERROR, stage=Stage.FORWARD, yields_to=("normalisation-wrong",))


@NON_FINITE_FORWARD.seen_in
def repeated(step: NonFinite, course: Course) -> Witnessed:
    """The repeated step met finite values before the operator and others after it, in the model."""
    if step.born != "forward" or step.stage == Stage.LOSS or step.half or step.met == "gradient" or diverged(course):
        return
    yield NON_FINITE_FORWARD.found(f"`{step.operator}` made the first {made(step)}", confidence(step), line=step.line, seen=facts(step), instead=advice(step))
