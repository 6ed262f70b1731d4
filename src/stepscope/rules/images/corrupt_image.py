"""An image cannot be decoded: it is damaged, empty, or not an image.

Why
---
Downloads that failed leave an error page or nothing under the image's name. The order is shuffled, so the one file among thousands stops the
run at a step that nobody can predict.

Fix
---
- Replace or remove the named file.
- Check all files before the run: open each, and decode it (`Image.open(path).load()`), not only its header.

Bad
---
    image = Image.open(path).convert("RGB")

Good
----
    try:
        image = Image.open(path).convert("RGB")
    except OSError as error:
        raise OSError(f"cannot read {path}") from error
"""


from stepscope.evidence import Failure, File, Flaws, Images, Log, Stage, State, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, at_flaws, counted, shown

CORRUPT_IMAGE = Rule("IMG101", Severity.ERROR, stage=Stage.DATA, yields_to=("truncated-image", "image-too-large", "missing-file", "unreadable-entry"))

_DECODERS = ("/PIL/", "/imageio/", "torchvision/io/image.py", "/skimage/io/", "/tifffile/")
_WORDS = (
    "cannot identify image file",
    "broken png file",
    "broken data stream",
    "input image may be corrupt",
    "image decoding failed",
    "unsupported image file",
    "not a jpeg file",
    "jpeg error",
    "!_src.empty()",
    "!buf.empty()",
    "unrecognized data stream contents",
    "could not find a format to read the specified file",
)
_OF_PICTURE = wording(r"\b\w*(?:im|img|image|frame|pic|picture|bgr|rgb|mask|photo)\w*(?:\.(?:shape|astype|copy|size|ndim|dtype|transpose)\b|\[)")
_NOT_THE_FILE = ("MemoryError", "AttributeError", "NameError", "ImportError", "FileNotFoundError", "PermissionError", "IsADirectoryError", "KeyboardInterrupt")


@CORRUPT_IMAGE.seen_in
def decoding(failure: Failure, file: File) -> Witnessed:
    if not _is_decoding(failure) or file.kind != "file":
        return
    if file.content in ("HTML", "PDF", "ZIP", "gzip", "Git LFS pointer"):
        what = f"is not an image: it begins like {file.content}"
    else:
        what = {"empty": "is empty", "zeros": "begins with zero bytes"}.get(file.content, "cannot be decoded")
    yield CORRUPT_IMAGE.found(
        f"{file.path[-45:]} {what}",
        stage=Stage.DATA,
        seen={"file": file.path, "size": f"{file.size} bytes", "begins like": file.content, "says": failure.message[:200]},
    )


@CORRUPT_IMAGE.seen_in
def words(failure: Failure) -> Witnessed:
    if _is_decoding(failure):
        yield CORRUPT_IMAGE.found("an image cannot be decoded", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:300]})


@CORRUPT_IMAGE.seen_in
def none_read(failure: Failure, log: Log) -> Witnessed:
    """`cv2.imread` gives None for a file that is damaged or not there, and what uses it fails."""
    line = failure.user_frame
    if failure.says("'NoneType' object") and line is not None and _OF_PICTURE.search(line.code) and failure.loads_a_sample:
        yield CORRUPT_IMAGE.found(
            "a picture was read as None: its file is damaged or not there", Confidence.LIKELY, stage=Stage.DATA, seen={"line": line.code, "says": failure.message[:200]}
        )


def _is_decoding(failure: Failure) -> bool:
    if failure.is_a(*_NOT_THE_FILE):
        return False
    inner = failure.innermost
    in_decoder = inner is not None and any(part in inner.file.replace("\\", "/") for part in _DECODERS)
    read = failure.is_a("OSError", "SyntaxError", "error", "EOFError", "RuntimeError")
    return failure.type == "UnidentifiedImageError" or failure.says(*_WORDS) or (in_decoder and read and failure.passes("open", "load", "imread", "read"))


_KINDS = {
    State.CORRUPT: "is damaged", State.EMPTY: "is empty", State.NOT_AN_IMAGE: "is no image", State.CRASHED: "crashes its decoder", State.SLOW: "keeps its decoder busy for ever",
}  # fmt: skip


@CORRUPT_IMAGE.seen_in
def files(images: Images) -> Witnessed:
    """Every image file of a data set was looked at."""
    states = images.facts["state"].tolist()
    rows = [row for row, state in enumerate(states) if state in _KINDS]
    if rows:
        counts = {words: sum(states[row] == kind for row in rows) for kind, words in _KINDS.items()}
        places = at(images, rows)
        yield CORRUPT_IMAGE.found(
            f"{shown(places[0].file)} {_KINDS[State(states[rows[0]])]}",
            seen={"images": counted(places, images), **{words: count or "" for words, count in counts.items()}, "says": places[0].about[:200]},
            places=places,
        )


@CORRUPT_IMAGE.seen_in
def masks(flaws: Flaws) -> Witnessed:
    """Masks, which are labels of images."""
    found = flaws.of("mask-damaged")
    if found:
        yield CORRUPT_IMAGE.found(f"{shown(found[0].file)} {found[0].says}", seen={"masks": f"{len(found):,}"}, places=at_flaws(found))
