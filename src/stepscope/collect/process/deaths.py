"""Why a process ended: its exit status, the system's own books, and what faulthandler wrote."""

from __future__ import annotations

import re
import signal
from contextlib import suppress
from pathlib import Path

from stepscope.collect.owner import is_users, shown
from stepscope.collect.source import line_text
from stepscope.evidence import Frame

_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in (?P<function>.+)$')
_THREAD = re.compile(r"^(?P<current>Current thread|Thread|Stack) (?:0x[0-9a-f]+|\(most recent)")
_CGROUP_V2 = ("memory.events", re.compile(r"^oom_kill (\d+)$", re.MULTILINE))
_CGROUP_V1 = ("memory.oom_control", re.compile(r"^oom_kill (\d+)$", re.MULTILINE))


def signal_name(number: int) -> str:
    """SIGSEGV for 11; "signal 99" for one without a name."""
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def memory_kills() -> tuple[int | None, str]:
    """How many processes the system has killed for lack of memory so far, and where that was read."""
    for group in _groups():
        for name, pattern in (_CGROUP_V2, _CGROUP_V1):
            with suppress(OSError):
                found = pattern.search((group / name).read_text())
                if found:
                    return int(found.group(1)), str(group / name)
    with suppress(OSError):
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(), re.MULTILINE)
        if found:
            return int(found.group(1)), "/proc/vmstat"
    return None, ""


def _groups() -> list[Path]:
    """The folders of this process's control group, version 2 first."""
    found = []
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            root = Path("/sys/fs/cgroup") / ("memory" if "memory" in controllers else "")
            found += [root / path.lstrip("/"), root] if controllers in ("", "memory") else []
    return found


def fatal_stack(text: str) -> tuple[Frame, ...]:
    """The stack of the thread that died (else of the main one, written last), outermost frame first."""
    stacks = _stacks(text)
    died = [frames for word, frames in stacks if word == "Current thread"]
    return (died or [frames for _, frames in stacks] or [()])[-1]


def left(text: str) -> tuple[int | None, tuple[Frame, ...]]:
    """The status that a process gave to `os._exit`, and the stack down to the user's line that led there; None where it did not call it."""
    status = text.partition("\n")[0]
    stack = fatal_stack(text)
    users = [place for place, frame in enumerate(stack) if frame.user]
    return (int(status) if status.isdigit() else None), stack[: users[-1] + 1] if users else ()


def stopped_stack(text: str) -> tuple[Frame, ...]:
    """The stack at the first signal: at a second one a process is mostly in its clean-up already."""
    stacks = _stacks(text)
    return stacks[0][1] if stacks else ()


def _stacks(text: str) -> list[tuple[str, tuple[Frame, ...]]]:
    """The stacks that faulthandler wrote, each with the word that its heading begins with."""
    stacks: list[tuple[str, list[Frame]]] = []
    for line in text.splitlines():
        thread = _THREAD.match(line)
        if thread:
            stacks.append((thread["current"], []))
        elif (found := _FRAME.match(line)) and stacks:
            stacks[-1][1].append(_frame(found["file"], int(found["line"]), found["function"]))
    return [(word, tuple(reversed(frames))) for word, frames in stacks if frames]


def fatal_word(text: str) -> str:
    """What faulthandler called the end: "Segmentation fault", "Aborted"."""
    found = re.search(r"^Fatal Python error: (.+)$", text, re.MULTILINE)
    return found.group(1) if found else ""


def _frame(file: str, line: int, function: str) -> Frame:
    return Frame(file=shown(file), line=line, function=function, code=line_text(file, line), user=is_users(file))


def read_dump(folder: Path, pid: int, kind: str, start: int = 0) -> str:
    """What the interpreter of a process wrote into its file of this kind, from a byte on; empty where there is none."""
    with suppress(OSError):
        return (folder / f"{pid}.{kind}").read_bytes()[start:].decode("utf-8", "replace")
    return ""
