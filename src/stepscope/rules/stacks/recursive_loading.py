"""Folders or structures are walked by recursion until the stack ends.

Why
---
A function that calls itself for every folder, list or dictionary inside of another needs one frame per level. A link that leads back
to its own parent, a list that holds itself, or a text (whose characters are texts again) has no last level.

Fix
---
- Folders: `os.walk(root)` does not follow links and needs no recursion; or remember `os.path.realpath` of what was visited.
- Structures: return what is not a list or a dictionary unchanged, texts included.
- Keep samples free of references to the batch or the data set that holds them.

Bad
---
    def images(folder):
        for entry in os.scandir(folder):
            yield from images(entry.path) if entry.is_dir() else [entry.path]

Good
----
    def images(folder):
        for root, _, names in os.walk(folder):
            yield from (os.path.join(root, name) for name in names)
"""

from stepscope.evidence import Failure, Recursion, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

RECURSIVE_LOADING = Rule("STK103", Severity.ERROR, stage=Stage.DATA)

_WALKED = {"folder": "folders", "collate": "a batch", "data": "a structure"}


@RECURSIVE_LOADING.seen_in
def walk(failure: Failure, recursion: Recursion) -> Witnessed:
    walked = _WALKED.get(recursion.kind)
    if walked is None:
        return
    sure = Confidence.CERTAIN if recursion.circle or recursion.kind != "data" else Confidence.LIKELY
    yield RECURSIVE_LOADING.found(
        f"walking {walked} came back to itself" if recursion.circle else f"walking {walked} by recursion ran out of stack",
        sure,
        stage=Stage.COLLATE if recursion.kind == "collate" else Stage.DATA,
        line=recursion.line,
        seen={"circle": recursion.circle, "repeats": recursion.folded, "limit": f"{recursion.limit} frames"},
    )
