"""Which decoder reads JPEG files, and what is not seen without the strict one."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec


def decoder() -> str:
    """The decoder and its version."""
    if find_spec("simplejpeg") is None:
        return "pillow"
    try:
        return f"simplejpeg {version('simplejpeg')}"
    except PackageNotFoundError:
        return "simplejpeg"


def notes() -> tuple[str, ...]:
    """What a reader of the report must know."""
    if decoder() == "pillow":
        return ("simplejpeg is not installed: damage within JPEG files that Pillow decodes without a word was not looked for",)
    return ()
