"""A checkpoint is truncated, empty, or not a checkpoint at all.

Why
---
A run that is ended while it writes, a full disk, an interrupted copy, a page of HTML or a Git LFS pointer saved in place of the file:
what is read is not what was saved, and nothing in it can be trusted.

Fix
---
- Load the checkpoint before it; compare the file's size with its neighbours'.
- Download or copy the file again (`git lfs pull` for a pointer of some hundred bytes).
- Write to a temporary name and rename when it is done: `os.replace(path + ".part", path)`.

Bad
---
    torch.save(state, "last.pt")             # killed here, and the only copy is gone

Good
----
    torch.save(state, "last.pt.part")
    os.replace("last.pt.part", "last.pt")
"""

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

CHECKPOINT_CORRUPT = Rule("SAV102", Severity.ERROR, stage=Stage.CHECKPOINT, yields_to=("custom-object-missing", "annotation-parse", "unreadable-entry"))

_WORDS = wording(
    r"PytorchStreamReader failed|failed finding central directory|not a ZIP archive|Invalid magic number; corrupt file"
    r"|invalid load key|pickle data was truncated|unpickling stack underflow|could not find MARK|Invalid protocol version"
    r"|unexpected EOF, expected \d+ more bytes|Error while deserializing header|[Hh]eader too (?:small|large)|[Ii]nvalid [Hh]eader ?(?:length|deserialization)?"
    r"|MetadataIncompleteBuffer|metadata incomplete|incomplete metadata, file not fully covered|storage has wrong (?:byte )?size"
    r"|(?:is|be) corrupted|Unsupported operand \d+|Memo value not found at index|persistent IDs in protocol 0|unregistered extension code"
    r"|Ran out of input|Bad CRC-32|File is not a zip file|unable to open file|file signature not found|hash value mismatch|invalid hash value"
)
_LOADERS = ("torch/serialization.py", "torch/_weights_only_unpickler.py", "safetensors/torch.py", "torch/hub.py", "torch/jit/_serialization.py")
_READING = wording(r"\b(torch|pickle|joblib|dill|jit|safetensors|np|numpy|hub)?\.?(load\w*|safe_open|from_pretrained|load_state_dict_from_url)\(")
_OF_WEIGHTS = wording(r"ck?pt|check_?point|state|torch\.load|resume|pretrain|weights|load_model|load_from|\bmodel\w*\s*=|\.(?:h5|hdf5|keras)['\"]?\)", re.IGNORECASE)
_KERAS = wording(r"(?:^|[/\\])(?:tf_)?keras(?:[/\\]|_)|[/\\]tensorflow\w*[/\\]python[/\\]keras")
_TYPES = ("RuntimeError", "UnpicklingError", "EOFError", "SafetensorError", "OSError", "BadZipFile", "ValueError", "IndexError", "KeyError")


@CHECKPOINT_CORRUPT.seen_in
def words(failure: Failure) -> Witnessed:
    if not failure.is_a(*_TYPES) or failure.is_a("FileNotFoundError", "PermissionError") or not _is_load(failure):
        return
    found = _WORDS.search(failure.message)
    if found or failure.is_a("SafetensorError") or (failure.is_a("EOFError") and failure.passes_file(*_LOADERS)):
        yield CHECKPOINT_CORRUPT.found(
            _headline(failure, found[0] if found else ""),
            Confidence.CERTAIN if failure.passes_file(*_LOADERS) or failure.is_a("SafetensorError") else Confidence.LIKELY,
            stage=Stage.CHECKPOINT,
            seen={"exception": failure.type, "says": _own_words(failure)},
        )


@CHECKPOINT_CORRUPT.seen_in
def stumbled(failure: Failure) -> Witnessed:
    """The reader itself meets bytes that lead it astray: an offset outside of the file, text that is none."""
    inner = failure.innermost
    inside = inner is not None and inner.file.replace("\\", "/").endswith(_LOADERS[:3])
    astray = failure.is_a("UnicodeDecodeError", "OverflowError", "error", "EOFError", "IndexError") or failure.errno == 22
    if inside and astray:
        yield CHECKPOINT_CORRUPT.found(
            "the checkpoint is cut short or damaged: its reader loses its way in it",
            Confidence.LIKELY,
            stage=Stage.CHECKPOINT,
            seen={"exception": failure.type, "says": failure.message[:250]},
        )


def _is_load(failure: Failure) -> bool:
    """Whether a checkpoint was being read: a loader's frame, or the user's line that calls one."""
    line = failure.user_frame
    return failure.passes_file(*_LOADERS) or failure.is_a("SafetensorError") or bool(line and _READING.search(line.code))


def _headline(failure: Failure, words: str) -> str:
    if failure.is_a("EOFError"):
        return "the checkpoint is empty or ends early"
    if "central directory" in failure.message or "truncated" in words or "unexpected EOF" in words:
        return "the checkpoint ends early"
    if "load key" in words or "operand" in words or "header" in words.lower() or "magic" in words:
        return "the file is not a checkpoint, or begins with other bytes"
    return f"the checkpoint cannot be read: {words}" if words else "the checkpoint cannot be read"


def _own_words(failure: Failure) -> str:
    """Past the long preface on `weights_only`."""
    return failure.message.rpartition("WeightsUnpickler error:")[2].strip()[:250] or failure.message[:250]


def of_weights(failure: Failure) -> bool:
    """Whether an HDF5 file that cannot be opened holds weights, not samples: Keras reads it, or the line that opens it says so, or nothing else is to be seen."""
    if failure.loads_a_sample:
        return False
    if failure.passes("load_model", "load_weights") or any(_KERAS.search(frame.file) for frame in failure.frames):
        return True
    line = failure.user_frame
    return not (line and line.user) or bool(_OF_WEIGHTS.search(line.code))
