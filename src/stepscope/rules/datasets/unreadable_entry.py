"""A file or folder cannot be read: permissions, a broken link, a folder where a file is expected, an I/O error.

Why
---
The entry is listed, so the data set counts it, and the run stops at the step that opens it.

Fix
---
- Permissions: compare `ls -l` with the user that the run has; in containers the ids differ.
- A broken link: copy the files themselves (`cp -L`, `rsync -L`), or link to absolute paths that exist on this machine.
- A folder among files: list files only, `[p for p in folder.iterdir() if p.is_file()]`.
- An I/O error: the disk or the network mount is at fault; copy the data to a local disk.

Bad
---
    images = [Image.open(path) for path in folder.iterdir()]

Good
----
    images = [Image.open(path) for path in folder.iterdir() if path.is_file()]
"""

from stepscope.evidence import Failure, File, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

UNREADABLE_ENTRY = Rule("DAT107", Severity.ERROR, stage=Stage.DATA)

_ERRORS = {1: "is not permitted", 5: "gave an I/O error", 13: "may not be read", 20: "has a file where a folder is needed", 21: "is a folder", 116: "is stale"}
_WRITING = ("torch/serialization.py",)


@UNREADABLE_ENTRY.seen_in
def broken_link(failure: Failure, file: File) -> Witnessed:
    if file.kind == "link" and (failure.is_a("FileNotFoundError") or failure.errno == 2):
        yield UNREADABLE_ENTRY.found(
            "a link leads to a file that is not there", seen={"link": file.path, "leads to": file.target}
        )


@UNREADABLE_ENTRY.seen_in
def refused(failure: Failure) -> Witnessed:
    what = _ERRORS.get(failure.errno or 0)
    if what and failure.is_a("OSError") and failure.filename and not failure.passes_file(*_WRITING):
        yield UNREADABLE_ENTRY.found(
            f"{failure.filename[-50:]} {what}",
            Confidence.CERTAIN,
            seen={"asked for": failure.filename, "exception": failure.type, "says": failure.message[:200]},
        )
