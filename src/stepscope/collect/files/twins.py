"""Images that are the same, or almost."""

from __future__ import annotations

from stepscope.evidence import Images, State, Twins


def twins_of(images: Images) -> Twins:
    """The groups of rows whose files have the same content."""
    groups: dict[tuple[int, int], list[int]] = {}
    for row, (state, content) in enumerate(zip(images.facts["state"].tolist(), images.facts["content"].tolist(), strict=True)):
        if state not in (State.UNREADABLE, State.EMPTY):
            groups.setdefault(tuple(content), []).append(row)
    return Twins(same=tuple(tuple(rows) for rows in groups.values() if len(rows) > 1))
