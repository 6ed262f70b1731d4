"""A forked child that may run the user's code and touch nothing outside of itself."""

from __future__ import annotations

import builtins
import io
import os
import signal
import socket
import stat
import sys
import threading
from contextlib import suppress
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = {
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.kill", "os.killpg", "os.system", "os.exec",
    "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.chmod", "os.chown", "shutil.rmtree", "shutil.move", "shutil.copyfile",
    "subprocess.Popen", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "smtplib.connect",
    "ftplib.connect", "urllib.Request", "webbrowser.open", "sqlite3.connect",
}  # fmt: skip


class NotHere(PermissionError):
    """The user's code wanted to touch the world outside of the repeated step."""


def isolate(keep: int) -> None:
    """Cut this forked child off, all but the descriptor `keep`: files, sockets, signals, other processes, exit handlers."""
    threading.excepthook = lambda _: None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    _cut_descriptors(keep)
    _swallow_writes()
    sys.addaudithook(_forbid)
    with suppress(Exception):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cut_descriptors(keep: int) -> None:
    """What can be written to becomes the null device; a file that is read gets a position of its own, which is the parent's no more."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in _open_descriptors():
        if number in (keep, null):
            continue
        with suppress(OSError):
            if stat.S_ISREG(os.fstat(number).st_mode) and not _is_written(number):
                _reopen(number)
            elif (not stat.S_ISREG(os.fstat(number).st_mode) and not stat.S_ISCHR(os.fstat(number).st_mode)) or number < 3 or _is_written(number):
                os.dup2(null, number)


def _open_descriptors() -> list[int]:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with suppress(OSError):
            return [int(name) for name in os.listdir(folder)]
    return list(range(256))


def _is_written(number: int) -> bool:
    from fcntl import F_GETFL, fcntl

    return bool(fcntl(number, F_GETFL) & (os.O_WRONLY | os.O_RDWR))


def _reopen(number: int) -> None:
    place = os.lseek(number, 0, os.SEEK_CUR)
    again = os.open(f"/proc/self/fd/{number}", os.O_RDONLY)
    os.lseek(again, place, os.SEEK_SET)
    os.dup2(again, number)
    os.close(again)


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
        setattr(socket.socket, name, _all_sent)


def _all_sent(_: Any, data: Any, *__: Any) -> int:
    return len(data)


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 else 0
        if isinstance(flags, int) and flags & _WRITES and arguments[0] != os.devnull:
            raise NotHere(f"the step writes to {str(arguments[0])[:200]}")
    elif event in _FORBIDDEN:
        raise NotHere(f"the step calls {event}")
