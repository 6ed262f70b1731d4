"""Exceptions that a log speaks of without a traceback: what a program, a launcher or a watchdog wrote of them in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stepscope.collect.logs.failures import failure_from
from stepscope.collect.logs.tracebacks import Told
from stepscope.evidence import Log

MOST = 12
"""Exceptions of this kind that are looked at."""

_NAMED = re.compile(r"(?:^|[\s(\[:'\"])(?P<type>(?:[A-Za-z_]\w*\.)*_?[A-Z]\w*(?:Error|Exception))(?:: ?|\((?P<quote>['\"]))(?P<message>.{3,2000})")
_THROWN = re.compile(r"(?:terminated with exception|raised: ?|what\(\)|Exception raised|caught exception|terminate called after throwing an instance of '[^']+'\s*what\(\)):?\s+(?P<message>\S.{3,2000})")
_CUDA = re.compile(r"(?P<message>Failed to initialize NVML: .{3,200}|(?:CUDA|HIP|cuDNN|cuBLAS|NCCL|CUBLAS|Triton) (?:runtime |driver )?error\b.{3,600})", re.IGNORECASE)
_ROOT = re.compile(r"^\s*\(\d\) (?P<status>[A-Z][A-Za-z_ ]{3,25}): +(?P<message>\S.{3,2000})")
_HEAD = re.compile(r"\d root error\(s\) found")
_STATUS = {
    "invalid argument": "InvalidArgumentError", "resource exhausted": "ResourceExhaustedError", "unimplemented": "UnimplementedError", "not found": "NotFoundError",
    "internal": "InternalError", "unknown": "UnknownError", "failed precondition": "FailedPreconditionError", "out of range": "OutOfRangeError", "unavailable": "UnavailableError",
}  # fmt: skip
"""The classes of TensorFlow's status names, where a paste holds the list of root errors alone."""
_ENDS = re.compile(r"what\(\):|terminate(?:d with exception| called)")
_FATAL = re.compile(r"\bFATAL\b.{0,80}?[:\]] (?P<message>\S.{3,600})")


_TOLD_OF = re.compile(r"^\s+-{1,2}[A-Za-z][\w-]*(?:[ ,=]\S+)*\s{2,}\S|\.py::\S+ (?:PASSED|XFAIL|XPASS|SKIPPED)\b|\.\.\. (?:ok|expected failure|skipped\b.*)$")
"""Lines of a usage text, and of tests that went as they should: they name exceptions that nobody has raised."""


def is_hearsay(text: str) -> bool:
    """Whether the line tells of exceptions that nobody raises."""
    return _TOLD_OF.search(text) is not None


def spoken(log: Log) -> Iterator[Told]:
    """Exceptions in plain lines, in their order."""
    count = 0
    for place, said in enumerate(log.said):
        found = _NAMED.search(said.text)
        kind, message = (found["type"], found["message"]) if found else ("", "")
        if found and found["quote"]:
            message = message.partition(found["quote"] + ")")[0]
        if not found and (thrown := _THROWN.search(said.text) or _CUDA.search(said.text) or _FATAL.search(said.text)):
            kind, message = "RuntimeError", thrown["message"]
        if not kind and (root := _ROOT.search(said.text)) and (status := _STATUS.get(root["status"].replace("_", " ").lower())):
            below = log.said[place + 1].text if place + 1 < len(log.said) else ""
            node = below if below.lstrip().startswith("[[") else ""
            if node or "[[" in said.text or log.find(_HEAD):
                kind, message = f"tensorflow.errors.{status}", f"{root['message']}\n{node}".rstrip()
        if kind:
            yield Told(failure_from(kind, message, ()), said.line, said.line, said.speaker, said.rank, ended=_ENDS.search(said.text) is not None)
            count += 1
            if count >= MOST:
                return
