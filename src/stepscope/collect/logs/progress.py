"""The course of a training, out of the lines that report it: steps, losses, whatever the program calls them."""

from __future__ import annotations

import re
from typing import NamedTuple

from stepscope.evidence import Course, Log, NonFinite, Said

SHOWN = 64
"""Losses kept."""

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)"
_LOSS = re.compile(
    rf"(?<![\w.])['\"]?(?P<name>(?:(?:train|training|total|batch|avg|mean|running|step|epoch|g|d|gen|disc|nll|ce|mse|mae|elbo|kl|recon\w*|cls|box|obj|dfl)[_/ .-]?)*(?:loss|nll|elbo|cost|objective)(?:_\w+)?)['\"]?"
    rf"\s*(?:[:=|]|is|of)?\s*['\"]?(?:tensor\()?(?P<value>{_NUMBER}|[-+]?(?:nan|inf(?:inity)?))(?![\w.]*[a-zA-Z%])",
    re.IGNORECASE,
)
_STEP = re.compile(r"(?<![\w])(?:global_)?(?:step|iter(?:ation)?|batch|it)s?\b[\s:=\[#]*(?P<step>\d+)", re.IGNORECASE)
_EPOCH = re.compile(r"(?<![\w])ep(?:och)?\b[\s:=\[#]*(?P<epoch>\d+)", re.IGNORECASE)
_VALIDATION = re.compile(r"(?:val|valid|validation|test|eval|dev)[_/ .-]", re.IGNORECASE)
_LR = re.compile(rf"(?<![\w])(?:lr|learning[_ ]rate)['\"]?\s*[:=]\s*(?P<lr>{_NUMBER})", re.IGNORECASE)


class Progress(NamedTuple):
    """The losses in their order, with the lines they stand in; where the first stands that is no number, and at which step and epoch."""

    losses: tuple[float, ...]
    broken: Said | None
    kind: str
    name: str
    step: int | None
    epoch: int | None
    stays: bool
    lr: float | None

    @property
    def course(self) -> Course:
        """As rules read it."""
        return Course(losses=self.losses[-SHOWN:], lr=self.lr)

    @property
    def not_finite(self) -> NonFinite | None:
        """The loss that was not finite, of which no more is known."""
        return NonFinite(met="loss", kind=self.kind, born="unknown", name=self.name, why="a log holds no step to repeat") if self.broken is not None and self.stays else None


def progress_in(log: Log) -> Progress:
    """The training loss as the log tells it: the first name that is reported more than once, or the only one."""
    losses: list[float] = []
    broken: Said | None = None
    kind = name = ""
    step = epoch = None
    lr = None
    good_after = 0
    for said in log.said:
        if rate := _LR.search(said.text):
            lr = float(rate["lr"]) if broken is None else lr
        for found in _LOSS.finditer(said.text):
            if _VALIDATION.match(found["name"]) or _VALIDATION.search(said.text[max(0, found.start() - 12) : found.start()]):
                continue
            value = float(found["value"])
            if value - value == 0:
                good_after += broken is not None
                if broken is None:
                    losses.append(value)
            elif broken is None:
                broken, name, kind = said, found["name"], "nan" if value != value else "inf"
                step = _number(_STEP, said.text, "step")
                epoch = _number(_EPOCH, said.text, "epoch")
            break
    return Progress(tuple(losses[-1000:]), broken, kind, name, step, epoch, good_after == 0, lr)


def _number(pattern: re.Pattern[str], text: str, group: str) -> int | None:
    found = pattern.search(text)
    return int(found[group][:12]) if found else None
