"""The words of an exception: the line with which they begin, and where they end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stepscope.collect.logs.prefixes import Peeled

MESSAGE = 120
"""Lines of an exception's words that are read."""

_ENDING = re.compile(r"(?P<type>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?: \(see above for traceback\))?(?:: ?(?P<message>.*))?$")
KNOWN = re.compile(r"(?:[\w.]*\.)?\w*(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Failure|Timeout|Fault|NotFound|Abort|Trial\w*|Empty|Full|Group)$")
"""Names that exceptions are given."""
DIRECT = re.compile(r"The above exception was the direct cause of the following exception")
DURING = re.compile(r"During handling of the above exception, another exception occurred")
_PROGRESS = re.compile(r".{0,80}?\b\d{1,3}%\s?\||\s*\d+/\d+ \[[=>.]+\]|(?i:epoch|step|iter(?:ation)?)s?[ :]{0,2}\[? ?\d+|[^'()]{0,60}\bloss ?[:=]? ?\d|={10,}|-{40,}|\*{20,}|\S*[$#] \S|wandb: |srun: |slurmstepd: |During handling|The above exception")
_DASHES = re.compile(r"-{20,}\s*$")
_DUMP = re.compile(r"(?:Graph execution error|in user code|Exception encountered when calling)\b")


def ending_of(text: str) -> re.Match[str] | None:
    """`ValueError: words`, at the end of a traceback."""
    found = _ENDING.match(text.strip())
    if found is None or (found["message"] is None and not KNOWN.match(found["type"]) and "." not in found["type"]):
        return None
    return found


def message_from(texts: Sequence[str], lines: Sequence[Peeled], at: int, ending: re.Match[str]) -> tuple[str, int]:
    """The exception's words, which may go on for many lines."""
    words = [ending["message"] or ""]
    timed, after = lines[at].timed, at + 1
    dumps = _DUMP.match(words[0]) is not None
    while after < len(texts) and len(words) < (5 * MESSAGE if dumps else MESSAGE):
        text = texts[after]
        if "Traceback (most recent call last)" in text or DURING.search(text) or DIRECT.search(text):
            break
        if (lines[after].timed and not timed) or lines[after].level or _PROGRESS.match(text) or _DASHES.match(text):
            break
        if not text.strip() and not (dumps and _still_dumps(texts, after + 1)) and not _continues(texts, after + 1, words):
            break
        words.append(text)
        after += 1
    return "\n".join(words).strip(), after


def _still_dumps(texts: Sequence[str], at: int) -> bool:
    """Whether an exception that Keras wraps goes on: its paragraphs stand apart, the last of them are the node or the arguments."""
    while at < len(texts) and not texts[at].strip():
        at += 1
    return at < len(texts) and not any("[Op:" in text or "received by " in text for text in texts[max(0, at - 3) : at])


def _continues(texts: Sequence[str], at: int, words: list[str]) -> bool:
    """Whether the words go on after an empty line."""
    while at < len(texts) and not texts[at].strip():
        at += 1
    if at >= len(texts):
        return False
    text = texts[at]
    if words[-1].endswith(":") and text[:1].isalnum() and ending_of(text) is None:
        return True  # a library's words, and below them those of the error that it speaks of
    long = len(words) > 1 or words[0].endswith((":", "error:", ".")) or not words[0]
    return text.startswith((" ", "\t", "Detected at", "Function call stack", "Original stack", "Errors may have", "Hint:", "Arguments received", "Call arguments",
        "Node:", "Stack trace", "First seen", "Received", "Caused by op", "Call stack", "Compile with", "from user code", "Set TORCH", "The above", "Encountered", "[Op:",
        "  (", "(0)", "(1)", "0 successful", "An attempt", "CUDA kernel errors", "For debugging", "Exception raised from", "frame #", "\t [[", "The shape", "Inputs to", "List of objects", "Last error", "ncclInternal", "ncclSystem", "You can now", "Inspect", "Please")) or (long and words[-1].startswith((" ", "\t")) and bool(text[:1].isupper()) and not _ENDING.match(text))  # fmt: skip
