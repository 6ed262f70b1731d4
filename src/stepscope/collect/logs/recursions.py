"""A stack that ran out, from the frames of a log: what repeats, and what it walks."""

from __future__ import annotations

import re

from stepscope.collect.stack import Entry, describe, fold
from stepscope.evidence import Failure, Frame, Recursion

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in (
    ("attribute", r"\b__getattr(?:ibute)?__\b"),
    ("collate", r"collate|\bto_batch\b|\bpad_batch\b"),
    ("copy", r"/copy\.py|copyreg|/pickle\.py|deepcopy|__reduce|picklin|torch/serialization"),
    ("folder", r"listdir|scandir|iterdir|os\.walk|\bglob|isdir|is_dir\("),
    ("graph", r"\bbackward\b|\bbackprop|gradients?\b.*\(|topo(?:logical)?_?sort|\.grad\b"),
    ("module", r"torch/nn/modules|keras/|\bforward\b|named_modules|named_children|\.children\(|\bsubmodules\b|_flatten_layers|\bsummary\b|train\(mode\)|_apply\("),
    ("data", r"for .+ in zip\(|for .+ in |json/encoder|yaml/"),
))  # fmt: skip


def recursion_in(failure: Failure, repeated: int) -> Recursion | None:
    """What repeats on the stack of a RecursionError; `repeated` is how many frames Python itself has left out as alike. None for other failures."""
    if not failure.is_a("RecursionError"):
        return None
    frames = failure.frames
    folded = fold([Entry(frame.file, frame.line, frame.function) for frame in frames])
    if folded is None:
        period: tuple[Frame, ...] = frames[-2:]
        times, told = repeated, f"`{' → '.join(frame.name for frame in period)}`, {repeated} times" if repeated else ""
    else:
        first = len(folded.prefix)
        period, times = frames[first : first + len(folded.period)], folded.times
        told = describe(folded) + (f", {repeated} frames more left out" if repeated else "")
    if not period:
        return None
    around = [*period, *frames[-4:]]
    text = "\n".join(f"{frame.file.replace(chr(92), '/')} {frame.function} {frame.code}" for frame in around)
    kind = next((kind for kind, pattern in _KINDS if pattern.search(text + failure.message)), "call")
    users = [frame for frame in frames[: len(frames) - len(period)] if frame.user]
    return Recursion(period=tuple(period), times=times + repeated, folded=told, kind=kind, entry=users[-1] if users else None)
