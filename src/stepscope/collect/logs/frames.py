"""One entry of a call stack, in every form in which it is written."""

from __future__ import annotations

import re
from typing import NamedTuple

from stepscope.evidence import Frame

_INSTALLED = re.compile(
    r"[\\/](?:site|dist)-packages[\\/]|[\\/]lib(?:64)?[\\/]python\d[\d.]*[\\/]|[\\/]python\d+\.zip[\\/]|\.egg[\\/]"
    r"|(?:anaconda|miniconda|miniforge|conda|[\\/]envs[\\/][^\\/]+|Python[ ]?\d[\d.-]*)[^\\/]*[\\/](?:[^\\/]+[\\/])?lib[\\/]"
    r"|^/__w/|^/tmp/tmp\w+\.py$|__autograph_generated_file|[\\/]tensorflow(?:_core)?[\\/]python[\\/]|[\\/]bazel-out[\\/]|[\\/]Frameworks[\\/]Python\.framework[\\/]"
    r"|[\\/]mm(?:det|cv|engine|seg|pose|pretrain|cls|ocr|rotate|action)[\\/]\w+[\\/]|[\\/]detectron2[\\/](?:engine|data|modeling|config|layers|structures|utils|checkpoint|evaluation|solver)[\\/]"
    r"|[\\/]ultralytics[\\/](?:engine|data|nn|utils|cfg|models|yolo)[\\/]|[\\/]src[\\/](?:transformers|diffusers|accelerate|peft|lightning|datasets)[\\/]"
    r"|[\\/]google3[\\/]third_party[\\/]|^(?:site|dist)-packages[\\/]|[\\/]\.cache[\\/]huggingface[\\/]",
    re.IGNORECASE,
)
_CELL = re.compile(r"<ipython-input|<stdin>|Cell In|Input In|/ipykernel_\d+/|/tmp/ipython-input|<command-|cell_name>", re.IGNORECASE)

_PYTHON = re.compile(r'\s*File "(?P<file>[^"]{1,1000})", line (?P<line>\d+)(?:, in (?P<function>.+))?\s*$')
_AT = re.compile(r'File "(?P<file>[^"\n]{1,1000})", line (?P<line>\d+), in (?P<function>[^\n]+)(?:\n[ \t]+(?P<code>[^\n]+))?')
_NOTEBOOK = (
    re.compile(r"(?:File )?(?P<file>(?:<ipython-input-[^>]+>|[~/.\w][^\s:*?\"]*\.(?:py|pyx|ipynb)|[A-Za-z]:\\[^:*?\"]+\.pyx?|~\\[^:*?\"]+\.pyx?)) in (?P<function><cell line: \d+>|[\w<>.]+)(?:\(.*\)?)?$"),
    re.compile(r"(?:File )?(?P<file><ipython-input-[^>]+>|[~/.\w][^\s:*?\"]*\.(?:py|pyx)|[A-Za-z]:\\[^:*?\"]+\.pyx?|~\\[^:*?\"]+\.pyx?):(?P<line>\d+), in (?P<function>[^(]+).*$"),
    re.compile(r"(?P<file>(?:Cell|Input) In ?\[\d+\])(?:, line (?P<line>\d+))?(?:, in (?P<function>.+))?$"),
)
_LINKED = re.compile(r"^\[([^\]]+)\]\(http[^)]*\)")
"""A path that Colab made a link."""
_ARROW = re.compile(r"-+>\s*(?P<line>\d+)(?: (?P<code>.*))?$")
_NUMBERED = re.compile(r"\s{0,8}(?P<line>\d+)(?: .*)?$")
_RICH = re.compile(r"(?P<file>(?:/|~|[A-Za-z]:\\|\.|<)[^:]*):(?P<line>\d+) in (?P<function>\S+)\s*$")
_RICH_ARROW = re.compile(r"[❱>]\s*(?P<line>\d+)\s*[│|]?\s?(?P<code>.*)$")
_CARETS = re.compile(r"\s*[\^~]+\s*$")


class Entry(NamedTuple):
    """A frame, and the number of the line after it."""

    frame: Frame
    after: int


def is_users(file: str) -> bool:
    """Whether a path in a log is the user's own code: no installed package, no standard library, no made-up source."""
    if _CELL.search(file):
        return True
    return not (file.startswith("<") or _INSTALLED.search(file))


def frame(file: str, line: str | None, function: str | None, code: str = "", expression: str = "") -> Frame:
    """A frame of a log."""
    name = re.sub(r"<locals>\.|\(.*", "", (function or "<module>").strip())
    return Frame(file=file, line=int(line or 0), function=name, code=code.strip()[:500], expression=expression, user=is_users(file))


def python_entry(texts: list[str], at: int) -> Entry | None:
    """`  File "train.py", line 3, in main` with its source line and markers."""
    found = _PYTHON.match(texts[at])
    if found is None:
        return None
    indent, after, code, expression = _indent(texts[at]), at + 1, "", ""
    if after < len(texts) and texts[after].strip() and not _PYTHON.match(texts[after]) and _indent(texts[after]) > indent:
        source = texts[after]
        code, after = source, after + 1
        if after < len(texts) and _CARETS.match(texts[after]):
            marks = texts[after]
            expression = source[_indent(marks) : len(marks.rstrip())].strip()
            after += 1
        while after < len(texts) and (_CARETS.match(texts[after]) or (texts[after].strip() == "...<" )):
            after += 1
    return Entry(frame(found["file"], found["line"], found["function"], code, expression), after)


def notebook_entry(texts: list[str], at: int) -> Entry | None:
    """A frame of IPython: its head, then numbered lines with an arrow at the one that was running."""
    head = _LINKED.sub(r"\1", texts[at].rstrip())
    found = next((match for match in (pattern.match(head) for pattern in _NOTEBOOK) if match), None)
    if found is None:
        return None
    told = found.groupdict()
    after, arrow = at + 1, None
    while after < len(texts):
        text = texts[after]
        if mark := _ARROW.match(text):
            arrow = mark
        elif not (_NUMBERED.match(text) or (text.startswith((" ", "\t")) and text.strip()) or _is_gap(texts, after)):
            break
        after += 1
    if arrow is None and not told.get("line"):
        return None
    line, code = (arrow["line"], arrow["code"] or "") if arrow else (told["line"], "")
    return Entry(frame(told["file"], line, told.get("function"), code), after)


def _is_gap(texts: list[str], at: int) -> bool:
    """An empty line between numbered ones."""
    return not texts[at].strip() and at + 1 < len(texts) and bool(_NUMBERED.match(texts[at + 1]) or _ARROW.match(texts[at + 1]))


def entries_in(text: str) -> list[Frame]:
    """All frames in Python's form that a text holds, an exception's words for example."""
    return [frame(each["file"], each["line"], each["function"], each["code"] or "") for each in _AT.finditer(text)]


def rich_entries(texts: list[str]) -> list[Frame]:
    """The frames in a box that `rich` drew."""
    found: list[tuple[str, str, str, str]] = []
    for text in texts:
        inner = text.strip().strip("│|┃").strip()
        if head := _RICH.match(inner):
            found.append((head["file"], head["line"], head["function"], ""))
        elif found and (mark := _RICH_ARROW.match(inner)) and not found[-1][3]:
            found[-1] = (*found[-1][:3], mark["code"].strip())
    return [frame(*entry) for entry in found]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
