"""The distributions of a data set as tables whose rows have a bar."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence import Overview

CLASSES = 100
"""Classes that have a row."""


@dataclass(frozen=True)
class Table:
    """A title, the heads of its columns, and rows: (name, count by column, length of the bar in percent)."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...], float], ...]
    more: int = 0


def charts_of(overview: Overview) -> list[Table]:
    """The classes of each split first, then all else."""
    charts = [Table(chart.title, (chart.counts,), _rows([(name, (count,)) for name, count in chart.bars])) for chart in overview.charts]
    return [*_classes(overview), *charts]


def _classes(overview: Overview) -> list[Table]:
    if not overview.per_class or not overview.classes:
        return []
    splits = list(overview.per_class)
    counts = zip(*overview.per_class.values(), strict=True)
    pairs = sorted(zip(overview.classes, counts, strict=False), key=lambda pair: -sum(pair[1]))
    title = f"{'Boxes' if overview.boxes else 'Images'} of each class"
    return [Table(title, tuple(split or "all" for split in splits), _rows(pairs[:CLASSES]), len(pairs[CLASSES:]))]


def _rows(pairs: list[tuple[str, tuple[int, ...]]]) -> tuple[tuple[str, tuple[int, ...], float], ...]:
    most = max((sum(counts) for _, counts in pairs), default=0) or 1
    return tuple((name, counts, round(100 * sum(counts) / most, 1)) for name, counts in pairs)
