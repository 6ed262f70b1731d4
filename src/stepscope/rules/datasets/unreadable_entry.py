"""A file or folder cannot be read: permissions, a broken link, a folder where a file is expected, an I/O error, a damaged archive.

Why
---
The entry is listed, so the data set counts it, and the run stops at the step that opens it.

Fix
---
- Permissions: compare `ls -l` with the user that the run has; in containers the ids differ.
- A broken link: copy the files themselves (`cp -L`, `rsync -L`), or link to absolute paths that exist on this machine.
- A folder among files: list files only, `[p for p in folder.iterdir() if p.is_file()]`.
- An I/O error: the disk or the network mount is at fault; copy the data to a local disk.
- A damaged archive or array: copy it again and compare its size and checksum with the source's.

Bad
---
    images = [Image.open(path) for path in folder.iterdir()]

Good
----
    images = [Image.open(path) for path in folder.iterdir() if path.is_file()]
"""


from stepscope.evidence import Failure, File, Flaws, Images, Moment, Stage, State, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.checkpoints.checkpoint_corrupt import of_weights
from stepscope.rules.found import at, at_flaws, shown

UNREADABLE_ENTRY = Rule("DAT107", Severity.ERROR, stage=Stage.DATA)

_ERRORS = {1: "is not permitted", 5: "gave an I/O error", 13: "may not be read", 20: "has a file where a folder is needed", 21: "is a folder", 116: "is stale"}
_PACKED = ("LibsndfileError", "NoBackendError", "BadZipFile", "BadGzipFile", "LZMAError", "ReadError")
_SPOILT = wording(
    r"while decompressing data|Compressed file ended before the end-of-stream marker|CRC check failed|Bad magic number for (?:central directory|file header)"
    r"|unable to open file[^\n]*truncated file|file signature not found|Failed to (?:interpret|read all data for array)"
    r"|mmap length is greater than filesize|Error opening .{1,300}: (?:System error|File contains data in an unknown format|File does not exist)|error opening \S+: [Ii]nvalid data"
)
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


@UNREADABLE_ENTRY.seen_in
def spoilt(failure: Failure, moment: Moment) -> Witnessed:
    """An archive or a compressed file whose bytes are not what it was packed with, met while a sample was loaded."""
    if moment.stage is Stage.DATA and (failure.is_a(*_PACKED) or _SPOILT.search(failure.message)) and not ("pen file (" in failure.message and of_weights(failure)):
        yield UNREADABLE_ENTRY.found(
            "an archive or array of the data set is damaged or cut short",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"exception": failure.type, "says": failure.message[:200]},
        )


_FLAWS = {
    "unreadable": ("cannot be read", Severity.ERROR), "broken-link": ("leads to nothing", Severity.ERROR), "special": ("is no file", Severity.WARNING),
    "name-not-utf8": ("has a name that is not UTF-8", Severity.WARNING),
}  # fmt: skip


@UNREADABLE_ENTRY.seen_in
def entries(flaws: Flaws, images: Images) -> Witnessed:
    """Entries of a data set that were met on the way through it."""
    refused = at(images, (images.facts["state"] == State.UNREADABLE).nonzero()[0])
    for kind, (words, severity) in _FLAWS.items():
        places = [*at_flaws(flaws.of(kind)), *(refused if kind == "unreadable" else ())]
        if places:
            says = f": {places[0].about}" if kind in ("unreadable", "special") and places[0].about else ""
            yield UNREADABLE_ENTRY.found(f"{shown(places[0].file)} {words}{says}", severity=severity, seen={"entries": f"{len(places):,}"}, places=places)
