"""What TensorFlow and Keras wrap around the words of an exception: "in user code", "Graph execution error", the arguments of the layer."""

from __future__ import annotations

import re
from typing import NamedTuple

from stepscope.collect.logs.frames import frame
from stepscope.evidence import Frame

_USER_CODE = re.compile(r"\s*in user code:\s*\n")
_CONVERTED = re.compile(r'\s+(?:File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)|(?P<path>\S.*?):(?P<at>\d+) (?P<name>[\w<>.]+))\s*\**\s*$')
_ENDING = re.compile(r"\s+(?P<kind>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Iteration|Warning|Exit)\w*): (?P<words>.*)", re.DOTALL)
_CALLING = re.compile(r"\s*(?P<head>Exception encountered when calling [^\n]*)\n(?P<rest>.*)", re.DOTALL)
_GIVEN = re.compile(r"\n\s*\n\s*(?:Call arguments|Arguments) received by ")
_UNSHAPED = re.compile(r"Could not automatically infer the output shape[^\n]*Error encountered:\s*", re.DOTALL)
_GRAPH = re.compile(r"\s*Graph execution error:\s*")
_PLACE = re.compile(r'\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<function>[^\n]+)$')
_DETECTED = re.compile(r"\s*(?:Detected at node .* defined at \(most recent call last\):|<stack traces unavailable>|Stack trace for op definition:?)\s*$")
_NODE = re.compile(r"\s*Node: '(?P<node>[^']*)'\s*$")
_ROOTS = re.compile(r"\s*\d+ root error\(s\) found\.\s*\n\s*\(0\)\s*(?:[A-Z][A-Z_]+|[A-Z][\w ]{3,25}): +")
_MAPPED = re.compile(r"Error in user-defined function passed to [\w:]+ transformation with iterator: [\w:\[\]]+?: ")
_FUNCTION = re.compile(r"\s*(?P<node>\{\{function_node [^}]*\}\}) *")


def is_converted(text: str) -> bool:
    """Whether a line is a frame below `in user code:`."""
    return bool(_CONVERTED.match(text)) and not text.lstrip().startswith("File ") and ".py:" in text


class Bare(NamedTuple):
    """The exception itself: its class where the wrapping names another, its words with what wrapped them behind, the frames it names."""

    kind: str
    words: str
    frames: tuple[Frame, ...]


def bared(kind: str, words: str) -> Bare:
    """The words of an exception with their wrapping taken off, layer by layer."""
    frames: tuple[Frame, ...] = ()
    for _ in range(6):
        before = words
        for step in (_converted, _called, _executed, _first_root):
            kind, words, more = step(kind, words)
            frames += more
        if words == before:
            break
    return Bare(kind, words, frames)


def _converted(kind: str, words: str) -> Bare:
    """`in user code:`, the frames of what AutoGraph converted, and the exception of its own."""
    head = _USER_CODE.match(words)
    if head is None:
        return Bare(kind, words, ())
    lines, frames, code = words[head.end() :].splitlines(), [], ""
    for place, line in enumerate(lines):
        if found := _CONVERTED.match(line):
            code = lines[place + 1].strip() if place + 1 < len(lines) else ""
            frames.append(frame(found["file"] or found["path"], found["line"] or found["at"], found["function"] or found["name"], code))
        elif ending := _ENDING.match("\n".join(lines[place:])):
            if line.strip() != code:
                rest = "\n".join(each.removeprefix("    ") for each in ending["words"].splitlines())
                return Bare(ending["kind"], rest, tuple(frames))
    return Bare(kind, words, tuple(frames)) if frames else Bare(kind, words[head.end() :], ())


def _called(kind: str, words: str) -> Bare:
    """`Exception encountered when calling X`: what it says comes first, the arguments of the call last."""
    found = _CALLING.match(words)
    if found is None or not found["rest"].strip():
        return Bare(kind, words, ())
    told, given = found["rest"].strip("\n "), ""
    if cut := _GIVEN.search(told):
        told, given = told[: cut.start()], told[cut.start() :].strip("\n")
    told = _UNSHAPED.sub("", told, count=1).strip("\n ")
    return Bare(kind, "\n\n".join(part for part in (told, found["head"].strip(), given) if part), ())


def _executed(kind: str, words: str) -> Bare:
    """`Graph execution error`: the places where the node was defined are frames, and no words."""
    found = _GRAPH.match(words)
    if found is None:
        return Bare(kind, words, ())
    told: list[str] = []
    frames: list[Frame] = []
    nodes: list[str] = []
    lines, at = words[found.end() :].splitlines(), 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if place := _PLACE.match(line):
            following = lines[at] if at < len(lines) else ""
            has_code = following.strip() and _indent(following) > _indent(line) and not _PLACE.match(following) and not following.startswith("\t")
            frames.append(frame(place["file"], place["line"], place["function"], following if has_code else ""))
            at += bool(has_code)
        elif node := _NODE.match(line):
            nodes.append(f"\t [[{{{{node {node['node']}}}}}]]")
        elif line.strip() and not _DETECTED.match(line):
            told.append(line)
    if not told:
        return Bare(kind, words, ())
    named = [node for node in nodes[:1] if "{{node" not in "\n".join(told)]
    return Bare(kind, "\n".join([*told, *named]).strip("\n "), tuple(frames))


def _first_root(kind: str, words: str) -> Bare:
    """`2 root error(s) found. (0) ...`, and what stands before the words: the node's name, and the transformation of tf.data whose function it was."""
    words = _ROOTS.sub("", words, count=1)
    if found := _FUNCTION.match(words):
        words = f"{words[found.end() :]}\n\t [[{found['node']}]]"
    if found := _MAPPED.match(words):
        words = f"{words[found.end() :]}\n\t {found[0].strip()}"
    return Bare(kind, words, ())


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
