"""How processes ended where no exception tells, in the words of Python, the shell, the kernel, a launcher or a scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stepscope.collect.logs.frames import frame
from stepscope.evidence import Death, Failure, Frame, Interruption, Log, Said, WorkerDeath

_FATAL = re.compile(r"Fatal Python error: (?P<what>.+)")
_NAMES = {
    "segmentation fault": "SIGSEGV", "aborted": "SIGABRT", "abort": "SIGABRT", "bus error": "SIGBUS", "floating point exception": "SIGFPE", "floating-point exception": "SIGFPE",
    "illegal instruction": "SIGILL", "illegal hardware instruction": "SIGILL", "killed": "SIGKILL", "terminated": "SIGTERM",
}  # fmt: skip
_NUMBERS = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM"}
_SHELL = re.compile(
    r"^(?:[\w./-]+: line \d+: +\d+ +|\S*sh: +|/bin/\w+: |\[\d+\]\s*[+-]?\s*(?:\d+ )?)?(?P<what>Segmentation fault|Killed|Bus error|Aborted|Abort trap: 6|Illegal instruction|Floating point exception)"
    r"(?:\s+\(core dumped\))?(?:: \d+)?(?:\s{2,}\S.*| +python\S* .*)?$|(?:\bETA: *[\d:]+s?|\d(?:ms|s)/step|it/s\]|s/it\]).{0,300}?(?<![A-Za-z])(?P<bar>Killed|Segmentation fault|Bus error|Aborted)(?: \(core dumped\))?$|(?:zsh: |^\[\d+\]\s+(?:[+-]\s+)?\d+ )(?P<zsh>killed|segmentation fault|abort|bus error|illegal hardware instruction)\b"
)
_GLIBC = re.compile(
    r"^(?P<abort>double free or corruption|free\(\): |malloc\(\): |realloc\(\): |munmap_chunk\(\)|corrupted (?:size vs\. prev_size|double-linked list)|\*\*\* stack smashing detected|Assertion `.*' failed\.?\s*$|pure virtual method called|terminate called without an active exception)"
    r"|segfault at [0-9a-f]+ ip|(?P<fault>traps: .*general protection fault|Caught signal 11|received signal SIGSEGV|Got signal 11|Segfault encountered|unhandled page fault)"
)
"""How the C library and the kernel tell of a crash."""
_MEMORY = re.compile(
    r"Out of memory: Kill(?:ed)? process (?P<pid>\d+)|[Mm]emory cgroup out of memory|oom-kill:constraint|oom_reaper: reaped process (?P<reaped>\d+)|invoked oom-killer|OOMKilled"
    r"|[Dd]etected \d+ oom[-_]kill event|oom[-_]kill event|Some of your processes may have been killed by the cgroup out-of-memory handler|Exceeded (?:job|step) memory limit|exceeded memory limit .*being killed"
    r"|session crashed (?:after using all available RAM|for an unknown reason)|used too much memory|tried to allocate more memory than is available|killed (?:due to|because of) (?:the node running low on )?memory"
    r"|low on memory\. .*kill|[Ss]tate\W+OUT_OF_MEMORY|Container killed on request\. Exit code is 137|running beyond (?:physical|virtual) memory limits",
)
_KERNEL = re.compile(r"[Kk]ernel (?:for \S+ )?(?:appears to have died|has died|died unexpectedly|crashed while executing)|Canceled future for execute_request message before replies were done")
"""What a notebook's server says of the process behind it."""
_CODE = re.compile(r"return ?code\s*[=:]\s*(?P<returned>-\d+)|died with <Signals\.(?P<died>SIG\w+): \d+>|exit ?code(?:\s*[:=]\s*|\s+)\(?(?P<code>-?\d+)\)?|[Ee]xited with (?:exit )?code (?P<exited>-?\d+)|exit status (?P<status>-?\d+)|Signal (?P<signal>\d+) \((?P<name>SIG\w+)\) received", re.IGNORECASE)
_WORKER = re.compile(r"DataLoader worker \(pid\(?s?\)? ?(?P<pid>\d+)[^)]*\) (?:is killed by signal: (?P<signal>[^.\n]+)|exited unexpectedly(?: with exit code (?P<code>-?\d+))?)")
_CANCELLED = re.compile(r"CANCELLED AT .*(?:DUE TO (?P<why>[A-Z ]+))|(?P<limit>DUE TO TIME LIMIT)|(?P<preempted>PREEMPT(?:ED|ION))|[Jj]ob (?:was )?(?:cancelled|canceled|preempted)|Detected KeyboardInterrupt|Received SIG(?:TERM|INT|USR\d)|Bypassing signal|Keyboard ?[Ii]nterrupt|^\^C")
_THREAD = re.compile(r"(?P<current>Current thread|Thread) 0x[0-9a-fA-F]+ (?:\([^)]*\) )?(?:\[[^\]]*\] )?\(most recent call first\):")
_STANDS = re.compile(r"^Timeout \(\d+:\d\d:\d\d(?:\.\d+)?\)!|^Process \d+: .*python|py-spy dump")
_PROCESS = re.compile(r"Process (?P<pid>\d+): (?P<command>.*)")
_SPY_THREAD = re.compile(r'Thread (?:0x)?[0-9A-Fa-f]+ \((?:idle|active)[^)]*\)(?:: "(?P<name>[^"]*)")?')
_SPY_FRAME = re.compile(r"\s+(?P<function>[\w<>.]+) \((?P<file>[^():]+\.py):(?P<line>\d+)\)$")
_BLAMED = re.compile(r"Error detected in \w+\. Traceback of forward call that caused the error")
_FORWARD = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)$')
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?: in (?P<function>.+))?$')
_VARIABLE = re.compile(r"\b(?P<name>CUDA_LAUNCH_BLOCKING|TORCH_USE_CUDA_DSA)=(?P<value>\w+)")


def death_in(log: Log) -> tuple[Death, Said] | None:
    """The first process that died of a signal or by the system; None where none is told of."""
    memory = log.find(_MEMORY)
    kernel = log.find(_KERNEL)
    fatal = log.find(_FATAL)
    shell = next((heard for heard in log.every(_SHELL)), None)
    code = next((heard for heard in log.every(_CODE) if _signal_of(heard.match)), None)
    if memory:
        return Death(signal="SIGKILL", memory_kills=1, told_by=memory.said.text.strip()[:200], fatal=memory.match[0]), memory.said
    if (crash := log.find(_GLIBC)) and (not shell or (shell.match["what"] or shell.match["bar"]) != "Killed"):
        return Death(signal="SIGABRT" if crash.match["abort"] else "SIGSEGV", fatal=crash.said.text.strip()[:200]), crash.said
    if fatal:
        name = _named(fatal.match["what"])
        stack, _ = stack_after(log.said, fatal.said)
        return Death(signal=name or "SIGABRT", stack=stack, fatal=fatal.match[0][:200]), fatal.said
    if shell:
        name = _named(shell.match["what"] or shell.match["bar"] or shell.match["zsh"])
        return Death(signal=name, fatal=shell.said.text.strip()[:200]), shell.said
    if told := kernel or code:
        return Death(signal="SIGKILL" if told is kernel else _signal_of(told.match), fatal=told.said.text.strip()[:200]), told.said
    return None


def worker_death(failure: Failure) -> WorkerDeath | None:
    """The loader worker that a failure says has died."""
    found = _WORKER.search(failure.message)
    if found is None:
        return None
    number = next((n for n, name in _NUMBERS.items() if found["signal"] and _named(found["signal"]) == name), None)
    code = -number if number else int(found["code"]) if found["code"] else None
    return WorkerDeath(worker=0, pid=int(found["pid"]), exit_code=code) if code is not None else None


def interruption_in(log: Log) -> tuple[Interruption, Said] | None:
    """A run that a person or a scheduler stopped."""
    heard = log.find(_CANCELLED)
    if heard is None:
        return None
    by_hand = bool(re.search(r"Keyboard|\^C|SIGINT", heard.match[0]))
    return Interruption(signal="SIGINT" if by_hand else "SIGTERM"), heard.said


def hang_in(log: Log) -> tuple[Interruption, Said] | None:
    """A run that stood still when its stacks were dumped (by faulthandler, or py-spy): those stacks."""
    start = log.find(_STANDS) or (log.find(_THREAD) if not log.find(_FATAL) else None)
    if start is None:
        return None
    stacks: dict[str, list[Frame]] = {}
    process = name = ""
    for line in (line for line in log.said if line.line >= start.said.line):
        if head := _PROCESS.match(line.text):
            process = f"worker {head['pid']}" if re.search(r"worker|spawn_main|multiprocessing-fork", head["command"]) else "main"
        elif head := _SPY_THREAD.match(line.text):
            name = process if "MainThread" in line.text or process not in stacks else f"{process}, {head['name']}"
        elif head := _THREAD.search(line.text):
            name = "main" if head["current"] == "Current thread" or "main" not in stacks else f"thread {len(stacks)}"
        elif name and (found := _SPY_FRAME.match(line.text) or _FRAME.match(line.text)):
            stacks.setdefault(name, []).append(frame(found["file"], found["line"], found["function"]))
    if not stacks:
        return None
    main = "main" if "main" in stacks else next(iter(stacks))
    told = {("main" if who == main else who): tuple(frames[::-1]) for who, frames in stacks.items()}
    return Interruption(signal="", still_seconds=float("inf") if log.find(_STANDS) else None, stacks=told), start.said


def traced_forward(failure: Failure, log: Log) -> tuple[Frame, ...]:
    """The user's frames of the forward call that anomaly mode blames."""
    told = log.find(_BLAMED) if failure.says("returned nan values", "returned inf") else None
    if told is None:
        return ()
    found = (_FORWARD.match(line.text) for line in log.said if 0 < line.line - told.said.line < 120 and line.speaker == told.said.speaker)
    return tuple(each for each in (frame(m["file"], m["line"], m["function"]) for m in found if m) if each.user)


def variables_in(log: Log) -> dict[str, str]:
    """Settings of the environment that the log tells of."""
    return {heard.match["name"]: heard.match["value"] for heard in log.every(_VARIABLE)}


def stack_after(said: Sequence[Said], start: Said) -> tuple[tuple[Frame, ...], bool]:
    """The stack that faulthandler wrote after a line, of the current thread if it says which, outermost first."""
    stacks: list[tuple[bool, list[Frame]]] = []
    for line in said:
        if line.line <= start.line or line.speaker != start.speaker:
            continue
        if head := _THREAD.search(line.text):
            stacks.append((head["current"] == "Current thread", []))
        elif stacks and (found := _FRAME.match(line.text)):
            stacks[-1][1].append(frame(found["file"], found["line"], found["function"]))
        elif stacks and line.text.strip() and not line.text.startswith(("  ", "\t")):
            break
    chosen = next((frames for current, frames in stacks if current), stacks[-1][1] if stacks else [])
    return tuple(chosen[::-1]), any(current for current, _ in stacks)


def assertions_in(log: Log) -> Iterator[str]:
    """The assertions of device kernels, which stand before the unrelated call that reports them."""
    seen = set()
    for heard in log.every(re.compile(r"Assertion `(?P<what>[^`']{1,300})[`'] failed")):
        if heard.match["what"] not in seen:
            seen.add(heard.match["what"])
            yield heard.said.text.strip()[:400]


def _signal_of(found: re.Match[str]) -> str | None:
    if found["name"]:
        return found["name"] if found["name"] != "SIGTERM" else None
    if found["died"]:
        return found["died"] if found["died"] != "SIGTERM" else None
    number = int(found["returned"] or found["code"] or found["exited"] or found["status"] or 0)
    number = -number if number < 0 else number - 128 if 128 < number < 160 else 0
    return _NUMBERS.get(number) if number != 15 else None


def _named(words: str) -> str | None:
    return next((signal for name, signal in _NAMES.items() if name in words.lower()), None)
