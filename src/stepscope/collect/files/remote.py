"""A folder at a URL (s3://, gs://, https://, hf://, zip://): walked and read through fsspec, nothing is copied to disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit


class NeedsFsspec(ValueError):
    """To read from a URL takes fsspec, and for most stores a package of their own; the message says which."""


class Remote:
    """A folder of a store. It stands where a local folder's path would: joined with a relative path it gives a name in the store."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __fspath__(self) -> str:
        return "/" + urlsplit(self.url).netloc + urlsplit(self.url).path

    def __str__(self) -> str:
        return self.url

    def is_absolute(self) -> bool:
        """A URL stands for itself, wherever the user stands."""
        return False

    @property
    def store(self) -> tuple[Any, str]:
        """The file system and the folder's name in it. Raises NeedsFsspec, OSError."""
        try:
            import fsspec  # type: ignore[import-untyped]
        except ImportError:
            raise NeedsFsspec("to read from a URL, install fsspec: pip install 'stepscope[remote]'") from None
        try:
            system, name = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as problem:
            raise NeedsFsspec(f"{self.url}: {problem}") from None
        return system, name

    def files(self) -> Iterator[tuple[str, int, int]]:
        """Every file below: its path from here, its size, and the time of its change in nanoseconds (0: the store does not tell). Raises OSError."""
        system, name = self.store
        start = name.rstrip("/") + "/"
        for path, known in system.find(name, detail=True).items():
            changed = known.get("mtime") or known.get("LastModified") or known.get("updated") or 0
            stamp = changed.timestamp() if hasattr(changed, "timestamp") else changed
            yield path.removeprefix(start), int(known.get("size") or 0), int(stamp * 1e9) if isinstance(stamp, (int, float)) else 0

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """One file, open for reading. Raises OSError."""
        system, name = self.store
        try:
            with system.open(f"{name.rstrip('/')}/{path}", "rb") as file:
                yield cast(BinaryIO, file)
        except OSError:
            raise
        except Exception as problem:  # stores raise errors of their own
            raise OSError(0, f"{type(problem).__name__}: {problem}"[:200]) from None


def place_of(text: str) -> Path | Remote:
    """A folder by its path or its URL."""
    return Remote(text) if "://" in text else Path(text)
