"""A forked child that may run the user's code and touch nothing outside of itself."""

from __future__ import annotations

import builtins
import ctypes
import io
import os
import signal
import socket
import stat
import sys
import threading
from contextlib import suppress
from typing import Any

from stepscope.collect.torch.forked.own_memory import own_memory
from stepscope.collect.torch.forked.sealed import seal

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = {
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.kill", "os.killpg", "os.system", "os.exec",
    "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.chmod", "os.chown", "shutil.rmtree", "shutil.move", "shutil.copyfile",
    "subprocess.Popen", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "smtplib.connect",
    "ftplib.connect", "urllib.Request", "webbrowser.open", "sqlite3.connect",
}  # fmt: skip


_PARENT_DEATH = 1
"""What `prctl` is asked for: a signal when the parent dies."""
COPIED = 1 << 26
"""Bytes up to which a file that is read and written is copied."""


class NotHere(PermissionError):
    """The user's code wanted to touch the world outside of the repeated step."""


def isolate(keep: int) -> None:
    """Cut this forked child off, all but the descriptor `keep`: shared memory, files, sockets, signals, other processes, exit handlers."""
    _end_with_parent()
    threading.excepthook = lambda _: None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    own_memory()
    _cut_descriptors(keep)
    seal()
    _swallow_writes()
    sys.addaudithook(_forbid)
    with suppress(Exception):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """A child that waits for ever must not outlive a parent that was killed; Linux alone can do that."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH, int(signal.SIGKILL), 0, 0, 0)


def _cut_descriptors(keep: int) -> None:
    """What can be written to becomes the null device; a file that is read gets a position of its own, which is the parent's no more.

    A file that is read and written (a data base) becomes a copy, as long as it is small.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for number in _open_descriptors():
        if number in (keep, null):
            continue
        with suppress(OSError):
            known, access = os.fstat(number), _access(number)
            is_file = stat.S_ISREG(known.st_mode)
            if is_file and access == os.O_RDONLY:
                _reopen(number)
            elif is_file and access == os.O_RDWR and number > 2 and known.st_size <= COPIED and hasattr(os, "memfd_create"):
                _copy(number, known.st_size)
            elif not stat.S_ISCHR(known.st_mode) or number < 3 or access != os.O_RDONLY:
                os.dup2(null, number)


def _open_descriptors() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with suppress(OSError):
            return [int(name) for name in os.listdir(folder)]
    return list(range(256))


def _access(number: int) -> int:
    from fcntl import F_GETFL, fcntl

    return fcntl(number, F_GETFL) & os.O_ACCMODE


def _reopen(number: int) -> None:
    place = os.lseek(number, 0, os.SEEK_CUR)
    again = os.open(f"/proc/self/fd/{number}", os.O_RDONLY)
    os.lseek(again, place, os.SEEK_SET)
    os.dup2(again, number)
    os.close(again)


def _copy(number: int, size: int) -> None:
    place = os.lseek(number, 0, os.SEEK_CUR)
    copy = os.memfd_create("stepscope")
    done = 0
    while part := os.pread(number, size - done, done):
        done += os.write(copy, part)
    os.lseek(copy, place, os.SEEK_SET)
    os.dup2(copy, number)
    os.close(copy)


def _swallow_writes() -> None:
    """What the step writes goes nowhere: a log that is opened for appending before `backward` must not end the repeat."""
    opens, low_opens = builtins.open, os.open

    def open_(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        writes = set(str(mode)) & set("wax+")
        return opens(os.devnull, str(mode).replace("x", "w"), *args, **kwargs) if writes and not isinstance(file, int) else opens(file, mode, *args, **kwargs)

    def low_open(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        return low_opens(os.devnull, os.O_RDWR) if flags & _WRITES else low_opens(path, flags, *args, **kwargs)

    builtins.open = io.open = open_
    os.open = low_open
    for name in ("remove", "unlink", "rename", "replace", "mkdir", "rmdir", "chmod", "utime", "truncate"):
        setattr(os, name, lambda *_, **__: None)
    if "torch" in sys.modules:  # it writes with a file of its own, in C++
        setattr(sys.modules["torch"], "save", lambda *_, **__: None)  # noqa: B010
    for name in ("send", "sendall", "sendto"):
        setattr(socket.socket, name, _sent(getattr(socket.socket, name)))


def _sent(original: Any) -> Any:
    """What goes to a connection that was cut counts as sent; the child's own pairs, by which an event loop wakes itself, work."""

    def send(connection: Any, data: Any, *more: Any) -> Any:
        try:
            return original(connection, data, *more)
        except OSError:
            return len(data)

    return send


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 else 0
        if isinstance(flags, int) and flags & _WRITES and arguments[0] != os.devnull:
            raise NotHere(f"the step writes to {str(arguments[0])[:200]}")
    elif event in _FORBIDDEN:
        raise NotHere(f"the step calls {event}")
