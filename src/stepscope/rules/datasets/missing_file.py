"""A file or folder that the data set, the annotations or the configuration name is not there.

Why
---
A path is resolved from the folder that the run was started in, not from the script's. One missing file among a hundred thousand stops the run at
the step that asks for it.

Fix
---
- Look at the part of the path that is there, and at the names beside it: a spelling, an extension, upper and lower case.
- Make paths absolute from the script: `Path(__file__).parent / "data"`.
- Check all files before the run: `missing = [p for p in paths if not p.exists()]`.

Bad
---
    dataset = ImageFolder("data/trian")

Good
----
    dataset = ImageFolder(Path(__file__).parent / "data" / "train")
"""

from stepscope.evidence import Failure, File, Flaws, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

MISSING_FILE = Rule("DAT101", Severity.ERROR, stage=Stage.DATA, yields_to=("unreadable-entry", "link-loop", "empty-dataset", "label-missing"))

_UNOPENED = wording(r"imread_?\(['\"](?P<file>[^'\"]+)['\"]\): can't open/read file")
_NOT_DATA = ("/subprocess.py", "/socket.py", "multiprocessing/connection.py", "multiprocessing/managers.py")


@MISSING_FILE.seen_in
def on_disk(failure: Failure, file: File) -> Witnessed:
    if file.kind != "nothing" or not is_missing(failure):
        return
    yield MISSING_FILE.found(
        f"{_short(file.path)} is not there",
        seen=asked_for(file),
        fix=_advice(failure, file),
    )


@MISSING_FILE.seen_in
def words(failure: Failure) -> Witnessed:
    if is_missing(failure):
        name = failure.filename or failure.message.strip().splitlines()[0] if failure.message.strip() else "a file"
        yield MISSING_FILE.found(f"{_short(name)} is not there", Confidence.LIKELY, seen={"says": failure.message[:300]})


@MISSING_FILE.seen_in
def warned(failure: Failure, log: Log) -> Witnessed:
    """OpenCV gives None for a file that it cannot open, and says so in a line of its own."""
    heard = log.find(_UNOPENED)
    if heard and (failure.says("!_src.empty()", "!ssize.empty()") or (failure.is_a("AttributeError", "TypeError") and failure.says("NoneType"))):
        yield MISSING_FILE.found(
            f"{_short(heard.match['file'])} could not be opened", Confidence.LIKELY, stage=Stage.DATA, seen={"says": heard.said.text.strip()[:250]}, said=heard.said
        )


def asked_for(file: File) -> dict[str, str]:
    """What was asked for, and what is there of it."""
    return {
        "asked for": file.path,
        "is there": f"{file.nearest}, with {file.entries} entries" if file.nearest else "",
        "names like it": ", ".join(file.alike),
    }


def _advice(failure: Failure, file: File) -> tuple[str, ...]:
    if failure.says("parent directory"):
        return (f"Make the folder before you write into it: `os.makedirs({file.path!r}, exist_ok=True)`.",)
    return meant(file)


def meant(file: File) -> tuple[str, ...]:
    """The name that is there and resembles the missing one, as an advice."""
    return (f"Perhaps {file.alike[0]} was meant.",) if file.alike else ()


def is_missing(failure: Failure) -> bool:
    """Whether the exception is about a file or folder that is not there."""
    if failure.passes_file(*_NOT_DATA) or failure.is_a("ImportError"):
        return False
    said = failure.says("no such file or directory", "parent directory", "cannot find the path", "cannot find the file", "file not found")
    said = said and failure.says("does not exist", "no such file", "cannot find", "not found")
    return failure.is_a("FileNotFoundError") or failure.errno == 2 or (said and failure.is_a("RuntimeError", "OSError", "ValueError"))


def _short(path: str) -> str:
    return path if len(path) <= 60 else "..." + path[-57:]


@MISSING_FILE.seen_in
def files(flaws: Flaws) -> Witnessed:
    """What a data set's own description names."""
    found = flaws.of("missing")
    if found:
        yield MISSING_FILE.found(f"{shown(found[0].file, 30)}: {found[0].says}", places=at_flaws(found))
    tests = flaws.of("missing-test")
    if tests:
        yield MISSING_FILE.found(f"{shown(tests[0].file, 30)}: {tests[0].says}", severity=Severity.NOTE, places=at_flaws(tests))
