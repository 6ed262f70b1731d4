"""Shapes broadcast without an error, (N, 1) against (N,), so the loss is that of every output with every target.

Why
---
(N, 1) minus (N,) is (N, N): each prediction is compared with all targets, and what is learned is their mean. Nothing stops; PyTorch warns once.

Fix
---
- Give both one shape: `output.squeeze(1)`, or `target.unsqueeze(1)`.
- Make warnings of the loss errors while you write it: `python -W error::UserWarning train.py`.

Bad
---
    loss = F.mse_loss(model(x), y)                  # (64, 1) and (64,)

Good
----
    loss = F.mse_loss(model(x).squeeze(1), y)
"""

import re

from stepscope.evidence import Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

SILENT_BROADCAST = Rule("SHP107", Severity.WARNING, stage=Stage.LOSS)

_WARNED = wording(r"Using a target size \(torch\.Size\(\[(?P<target>[\d, ]*)\]\)\) that is different to the input size \(torch\.Size\(\[(?P<output>[\d, ]*)\]\)\)")


@SILENT_BROADCAST.seen_in
def warned(log: Log) -> Witnessed:
    """PyTorch's own warning, in a run in which nothing else went wrong."""
    heard = log.find(_WARNED) if not log.at else None
    if heard and _by_an_axis(heard.match["target"], heard.match["output"]):
        target, output = heard.match["target"], heard.match["output"]
        yield SILENT_BROADCAST.found(
            f"outputs ({output}) and targets ({target}) are compared each with each", Confidence.LIKELY, stage=Stage.LOSS,
            seen={"says": heard.said.text.strip()[-250:]}, said=heard.said,
        )  # fmt: skip


def _by_an_axis(one: str, other: str) -> bool:
    """Whether the shapes differ by an axis of 1 alone."""
    sizes = [[size for size in re.findall(r"\d+", shape) if size != "1"] for shape in (one, other)]
    return sizes[0] == sizes[1] and bool(sizes[0])
