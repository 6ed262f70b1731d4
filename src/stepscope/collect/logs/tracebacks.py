"""Tracebacks out of lines: plain, chained, nested, grouped, of IPython and of `rich`; cut off at the start or at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from stepscope.collect.logs.failures import ends, failure_from, is_exception
from stepscope.collect.logs.frames import Entry, notebook_entry, python_entry, rich_entries
from stepscope.collect.logs.keras import is_converted
from stepscope.collect.logs.messages import DIRECT, DURING, KNOWN, ending_of, message_from
from stepscope.collect.logs.prefixes import Peeled
from stepscope.evidence import Failure, Frame

_HEAD = re.compile(r"(?P<before>.*?)(?P<original>Original )?Traceback \(most recent call last\):?\s*$")
_BAR = re.compile(r" *(?:\| |\+ (?=Exception Group))")
_BORDER = re.compile(r" *\+-[-+]*(?: \d+ -+|-+)?$| *\|$")
_RICH_HEAD = re.compile(r"[╭┌+][─━-]{3,}.*Traceback \(most recent call last\)")
_RICH_END = re.compile(r"[╰└+][─━-]{3,}")
_CELL_HEAD = re.compile(r"(?P<type>[A-Za-z_][\w.]*)\s+Traceback \(most recent call last\)\s*$")
_REPEATED = re.compile(r"\s*\[Previous line repeated (?P<times>\d+) more times?\]")
_EDITOR_LINK = re.compile(r"\[(\d+)\]\((?:file|vscode|https?)[^)]*\)")
"""A line's number that an editor made a link."""
_PLAIN = re.compile(r"(?:cv2|struct|zlib)\.error$|(?:torch|triton|lightning|pytorch_lightning|transformers|deepspeed)\.(?:\w+\.)*[A-Z]\w+$")
"""Exceptions that are not called so."""


@dataclass(frozen=True)
class Told:
    """A traceback as it stands in the log: from line `first` to line `last`, said by `speaker`. `ended` where a line says that the process ended by it."""

    failure: Failure
    first: int
    last: int
    speaker: str = ""
    rank: int | None = None
    repeated: int = 0
    aside: bool = False
    ended: bool = False


def tracebacks(lines: Sequence[Peeled]) -> list[Told]:
    """All tracebacks that one speaker has told, a chain as one with its causes."""
    return _Reader(lines).all()


class _Reader:
    def __init__(self, lines: Sequence[Peeled]) -> None:
        self.lines = lines
        self.texts = [_unboxed(line.text) for line in lines]
        self.found: list[Told] = []
        self.link = ""
        self._walked = (0, False)

    def all(self) -> list[Told]:
        at = 0
        while at < len(self.texts):
            at = max(self._one(at), at + 1)
        if not self.found:
            self._bare()
        return self.found

    def _bare(self) -> None:
        """An exception whose frames were cut off or not pasted: a library's by its full name, or at the very end."""
        converted = next((at for at, text in enumerate(self.texts) if is_converted(text)), None)
        for at in range(len(self.texts)):
            ending = ending_of(self.texts[at])
            if ending is None or (ending["message"] is None and "." not in ending["type"]) or self.lines[at].level or not (KNOWN.match(ending["type"]) or _PLAIN.match(ending["type"])):
                continue
            message, after = message_from(self.texts, self.lines, at, ending)
            rest = len(list(islice((at for at in range(after, len(self.texts)) if self.texts[at].strip()), 3)))
            name = ending["type"].rpartition(".")[2]
            if name in ("ChildFailedError", "KeyboardInterrupt", "SystemExit") or name.endswith("Warning") or ("." not in ending["type"] and (rest > 2 or not is_exception(name))):
                continue
            if converted is not None and converted < at and self.texts[at].startswith("    "):
                message = "\n".join(["in user code:", *self.texts[converted:after]])
            self._add(failure_from(ending["type"], message, ()), at, after - 1, 0, "", nested=False)
            return

    def _one(self, at: int) -> int:
        text = self.texts[at]
        if "Traceback (most recent call last)" in text:
            return self._headed(at, text)
        if DIRECT.search(text) or DURING.search(text):
            self.link = "direct" if DIRECT.search(text) else "during"
        elif text.lstrip().startswith('File "') and (entry := python_entry(self.texts, at)) and self._goes_on(entry):
            return self._plain(at, at, "", nested=False)
        elif at < 3 and (found := notebook_entry(self.texts, at)) and found.after - at > 2:
            return self._cell(at - 1, "")
        return at + 1

    def _headed(self, at: int, text: str) -> int:
        if _RICH_HEAD.search(text):
            return self._rich(at)
        if cell := _CELL_HEAD.match(text):
            return self._cell(at, cell["type"])
        head = _HEAD.match(text)
        return self._plain(at, at + 1, head["before"], nested=bool(head["original"])) if head else at + 1

    def _goes_on(self, entry: Entry) -> bool:
        """Whether frames without a head are the rest of a traceback that was cut off: an exception comes after them, no warning's single line."""
        if entry.after > self._walked[0]:
            at = self._after_frames(entry.after)
            ending = ending_of(self.texts[at]) if at < len(self.texts) else None
            self._walked = (at, ending is not None and not ending["type"].endswith("Warning"))
        return self._walked[1]  # where it was walked before, it was on the way from an earlier frame

    def _after_frames(self, at: int) -> int:
        """The line after all frames that follow from here."""
        while at < len(self.texts):
            following = python_entry(self.texts, at)
            if following is not None:
                at = following.after
            elif not self.texts[at].strip() or _REPEATED.match(self.texts[at]):
                at += 1
            else:
                break
        return at

    def _plain(self, first: int, at: int, before: str, nested: bool) -> int:
        frames: list[Frame] = []
        repeated = 0
        while at < len(self.texts) and (frames or at - first <= 8):
            text = self.texts[at]
            if entry := python_entry(self.texts, at):
                frames.append(entry.frame)
                at = entry.after
                continue
            again = _REPEATED.match(text)
            repeated += int(again["times"]) if again else 0
            if text.strip() and not again and text.strip() != "[...]" and (frames or ending_of(self.texts[at]) or "Traceback (most" in text):
                break
            at += 1
        ending = ending_of(self.texts[at]) if at < len(self.texts) else None
        if ending is None:
            return self._unended(first, at, frames, repeated, before, nested)
        message, after = message_from(self.texts, self.lines, at, ending)
        self._add(failure_from(ending["type"], message, frames), first, after - 1, repeated, before, nested)
        return after

    def _unended(self, first: int, at: int, frames: list[Frame], repeated: int, before: str, nested: bool) -> int:
        """A stack whose exception was cut off, or is told by a graph."""
        if frames and at < len(self.texts) and text_of_graph(self.texts[at]):
            return self._graph(first, at, "", frames)
        if frames:
            self._add(Failure("", "", ends(frames)), first, at - 1, repeated, before, nested)
        return at

    def _cell(self, first: int, kind: str) -> int:
        frames: list[Frame] = []
        at = first + 1
        while at < len(self.texts):
            if entry := notebook_entry(self.texts, at) or python_entry(self.texts, at):
                frames.append(entry.frame)
                at = self._past_markers(entry.after)
            elif text_of_graph(self.texts[at]):
                return self._graph(first, at, kind, frames)
            elif (ending := ending_of(self.texts[at])) and (not kind or ending["type"].rpartition(".")[2] == kind.rpartition(".")[2] or KNOWN.match(ending["type"])):
                message, after = message_from(self.texts, self.lines, at, ending)
                self._add(failure_from(ending["type"], message, frames), first, after - 1, 0, "", nested=False)
                return after
            elif DURING.search(self.texts[at]) or DIRECT.search(self.texts[at]) or "Traceback (most recent" in self.texts[at]:
                break
            else:
                at += 1
        if frames or kind:
            self._add(failure_from(kind, "", frames), first, at - 1, 0, "", nested=False)
        return at

    def _past_markers(self, at: int) -> int:
        """Past the source of a syntax error that stands below its frame, and the marker below that."""
        marked = at + 1 < len(self.texts) and re.match(r"\s+\S", self.texts[at]) and re.match(r"\s*\^", self.texts[at + 1])
        return at + 2 if marked else at

    def _graph(self, first: int, at: int, kind: str, frames: list[Frame]) -> int:
        """The words of a graph's exception, where the line with its class was left out."""
        ending = ending_of("GraphError: Graph execution error:")
        message, after = message_from(self.texts, self.lines, at, ending) if ending else ("", at)
        self._add(failure_from(kind, f"Graph execution error:\n{self.texts[at]}\n{message.partition(chr(10))[2]}", frames), first, after - 1, 0, "", nested=False)
        return after

    def _rich(self, first: int) -> int:
        at = first + 1
        while at < len(self.texts) and not _RICH_END.match(self.texts[at].strip()):
            at += 1
        frames = rich_entries(self.texts[first + 1 : at])
        at += 1
        if at < len(self.texts) and (ending := ending_of(self.texts[at])):
            message, after = message_from(self.texts, self.lines, at, ending)
            self._add(failure_from(ending["type"], message, frames), first, after - 1, 0, "", nested=False)
            return after
        return at

    def _add(self, failure: Failure, first: int, last: int, repeated: int, before: str, nested: bool) -> None:
        line = self.lines[first]
        told_before = self.texts[first - 1] if first else ""
        forestalled = bool(failure.type) and "op_kernel.cc" in told_before and f"{failure.type}: {failure.message.partition(chr(10))[0][:80]}" in told_before
        aside = forestalled or "Exception ignored in" in before or any("Exception ignored in" in text for text in self.texts[max(0, first - 2) : first])
        last = min(last, len(self.lines) - 1)
        told = Told(failure, line.number, self.lines[last].number, line.speaker, line.rank, repeated, aside)
        link, self.link = self.link, ""
        if self.found and (nested or link or self._is_cut(first)):
            previous = self.found.pop()
            inner, outer = (told, previous) if nested or not link else (previous, told)
            chained = replace(outer.failure, causes=(inner.failure, *inner.failure.causes, *outer.failure.causes)[:8])
            told = replace(told, failure=chained, first=previous.first, repeated=max(repeated, previous.repeated), aside=previous.aside)
        self.found.append(told)

    def _is_cut(self, first: int) -> bool:
        """Whether this traceback stands within the words of the exception before it (a worker's, a generator's, a rank's)."""
        previous = self.found[-1]
        near = self.lines[first].number - previous.last <= 2
        words = previous.failure.message
        return near and (words.endswith(":") or (bool(re.search(r"Caught \w+ in|terminated with the following error|raised an exception|\w+Error: ?\S.*$|Traceback of", words.strip())) and not words.endswith("\n")))


def text_of_graph(text: str) -> bool:
    """Whether a line begins to tell where a graph's node was defined."""
    return text.startswith("Detected at node ")


def _unboxed(text: str) -> str:
    """The line without the bar that an exception group draws before it, empty where it is a border; and without an editor's links."""
    if _BORDER.match(text):
        return ""
    text = _EDITOR_LINK.sub(r"\1", text) if "](" in text else text
    found = _BAR.match(text)
    return text[found.end() :] if found else text
