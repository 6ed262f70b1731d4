"""A process that looks at images for another one: chunks of work come in on standard input, what was seen goes out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

Alive = Callable[[], None]
"""To be called before each image: tells that the work goes on."""


def send(pipe: BinaryIO, message: Any, payload: bytes = b"") -> None:
    """One message: its length, the payload's length, both contents."""
    text = json.dumps(message).encode()
    pipe.write(len(text).to_bytes(4, "little") + len(payload).to_bytes(4, "little") + text + payload)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[Any, bytes] | None:
    """The next message; None where the other side has gone."""
    lengths = pipe.read(8)
    if len(lengths) < 8:
        return None
    text, payload = (int.from_bytes(part, "little") for part in (lengths[:4], lengths[4:]))
    content = pipe.read(text + payload)
    return (json.loads(content[:text]), content[text:]) if len(content) == text + payload else None


def serve() -> None:
    """Work until no more comes. The first message names the function (`module:name`) and what it is to be given each time."""
    source, answer = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a native library prints must not reach the answers
    _leave_no_core()
    first = receive(source)
    if first is None:
        return
    module, _, name = first[0]["task"].partition(":")
    function, given = getattr(import_module(module), name), first[0]["given"]
    send(answer, "ready")
    while (message := receive(source)) is not None:
        send(answer, *function(given, message[0], _alive(answer)))


def _alive(answer: BinaryIO) -> Alive:
    """Says so at most once a second: a message costs more than a small image."""
    last = time.monotonic()

    def alive() -> None:
        nonlocal last
        if time.monotonic() - last > 1:
            last = time.monotonic()
            send(answer, "alive")

    return alive


def _leave_no_core() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
