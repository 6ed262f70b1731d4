"""XML with line numbers and without entities: nothing in it is expanded or fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

DEEPEST = 100


class Unsafe(ValueError):
    """The file declares entities or an external part; `line` is where."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


@dataclass
class Element:
    """One element, with the line that it begins on."""

    tag: str
    line: int
    text: str = ""
    parts: list[Element] = field(default_factory=list)

    def find(self, *path: str) -> Element | None:
        """The first element at this path of tags below."""
        here: Element | None = self
        for tag in path:
            here = next((part for part in here.parts if part.tag == tag), None) if here is not None else None
        return here

    def all(self, tag: str) -> list[Element]:
        """All elements of this tag right below."""
        return [part for part in self.parts if part.tag == tag]

    def text_of(self, *path: str) -> str:
        """The text at this path, "" where there is none."""
        found = self.find(*path)
        return found.text if found is not None else ""

    def line_of(self, *path: str) -> int | None:
        """The line of the element at this path."""
        found = self.find(*path)
        return found.line if found is not None else None


def parsed(data: bytes) -> tuple[Element | None, tuple[str, int, int, str] | None]:
    """The outermost element, and what stopped the parser: (kind, line, column, words). Raises Unsafe."""
    top = Element("", 0)
    stack = [top]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, _: Any) -> None:
        if len(stack) > DEEPEST:
            raise Unsafe(parser.CurrentLineNumber, "is nested more deeply than an annotation can be")
        element = Element(tag, parser.CurrentLineNumber)
        stack[-1].parts.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def text(words: str) -> None:
        stack[-1].text += words

    def refuse(*_: Any) -> int:
        raise Unsafe(parser.CurrentLineNumber, "declares an entity, which could read files or fill the memory")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = parser.UnparsedEntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as problem:
        return None, ("parse" if _plain(data) else "encoding", problem.lineno, problem.offset + 1, expat.ErrorString(problem.code))
    except LookupError as problem:
        return None, ("encoding", 1, 1, str(problem))
    return top.parts[0] if top.parts else None, None


def _plain(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
