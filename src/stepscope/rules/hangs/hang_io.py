"""The run waits for a file system or a network.

Why
---
A read from a mount that is gone, or a request without a time limit, returns when the other side answers: perhaps never.

Fix
---
- Give every request a time limit: `requests.get(url, timeout=30)`, `socket.setdefaulttimeout(30)`.
- Copy the data to a local disk before the run.

Bad
---
    data = requests.get(url).content

Good
----
    data = requests.get(url, timeout=30).content
"""

import re

from stepscope.evidence import Frame, Interruption, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

HANG_IO = Rule("HNG102", Severity.ERROR, stage=Stage.DATA, yields_to=("hang-worker",))

_READS = wording(r"(?:^|_)(?:wait|read|readinto|download|fetch|open|copy|load|mount|request|recv|get_object|stage)", re.IGNORECASE)
_NETWORK = ("/socket.py", "/ssl.py", "/http/client.py", "/urllib/request.py", "/urllib3/connection.py", "/requests/adapters.py")


@HANG_IO.seen_in
def standstill(stop: Interruption) -> Witnessed:
    main = stop.stacks.get("main", ())
    inner = next((frame for frame in reversed(main) if _waits(frame)), None)
    if not stop.standing_still or inner is None:
        return
    yield HANG_IO.found(
        f"stood still in `{inner.name}`, waiting for a network or a file system",
        Confidence.LIKELY,
        seen={"waits in": f"{inner.file}:{inner.line}", "a step took before": "" if stop.usual_seconds is None else f"{stop.usual_seconds:.3g} s"},
    )


@HANG_IO.seen_in
def dumped(stop: Interruption) -> Witnessed:
    """In a dump of stacks: the user's own function stands still while it reads or waits."""
    main = stop.stacks.get("main", ())
    inner = main[-1] if main else None
    if stop.signal or inner is None or not _READS.search(inner.name):
        return
    yield HANG_IO.found(
        f"stood still in `{inner.name}`", Confidence.LIKELY, stage=Stage.DATA, line=inner if inner.user else None, seen={"stands in": f"{inner.file}:{inner.line}"}
    )


def _waits(frame: Frame) -> bool:
    return frame.file.replace("\\", "/").endswith(_NETWORK)
