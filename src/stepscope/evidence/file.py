"""A file or folder that a failure speaks of, as it lies on disk."""

from __future__ import annotations

from dataclasses import dataclass

from stepscope.evidence.failure import Frame


@dataclass(frozen=True)
class File:
    """What is at a path.

    `kind` is file, folder, link (whose end is not there), other (a pipe, a device) or nothing. `size` is in bytes. `content` says what the
    first bytes are ("JPEG", "PNG", "HTML", "empty", "zeros", "unknown"); `whole` whether the end that the format asks for is there (None: unknown).
    `nearest` is the deepest folder of the path that is there, `alike` the names in it that resemble the missing one, `entries` how many it holds.
    """

    path: str
    kind: str = "nothing"
    size: int | None = None
    content: str = ""
    whole: bool | None = None
    readable: bool = True
    target: str = ""
    nearest: str = ""
    alike: tuple[str, ...] = ()
    entries: int | None = None

    @property
    def is_image(self) -> bool:
        """Whether it begins like an image or is named like one."""
        names = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm")
        return self.content in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF") or self.path.lower().endswith(names)


@dataclass(frozen=True)
class Empty:
    """Things in sight of the failing line that hold nothing: (name, class), loaders and data sets first.

    `dropped` tells of a loader that drops its only batch: its samples and its batch size; `built` is the line that built it.
    """

    things: tuple[tuple[str, str], ...]
    in_expression: tuple[str, ...] = ()
    dropped: tuple[int, int] | None = None
    built: Frame | None = None

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """The loaders and data sets among them."""
        return tuple((name, kind) for name, kind in self.things if kind not in ("list", "tuple", "dict", "set", "ndarray", "Tensor"))
