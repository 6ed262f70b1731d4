"""How processes ended where no exception tells, in the words of Python, the shell, the kernel, a launcher or a scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stepscope.collect.logs.frames import frame
from stepscope.evidence import Death, Failure, Frame, Interruption, Log, Said, WorkerDeath

_FATAL = re.compile(r"Fatal Python error: (?P<what>.+)")
_NAMES = {
    "segmentation fault": "SIGSEGV", "aborted": "SIGABRT", "abort": "SIGABRT", "bus error": "SIGBUS", "floating point exception": "SIGFPE", "floating-point exception": "SIGFPE",
    "illegal instruction": "SIGILL", "killed": "SIGKILL", "terminated": "SIGTERM",
}  # fmt: skip
_NUMBERS = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM"}
_SHELL = re.compile(
    r"^(?:[\w./-]+: line \d+: +\d+ +|\S*sh: +|/bin/\w+: |\[\d+\]\s*[+-]?\s*(?:\d+ )?)?(?P<what>Segmentation fault|Killed|Bus error|Aborted|Abort trap: 6|Illegal instruction|Floating point exception)"
    r"(?:\s+\(core dumped\))?(?:: \d+)?(?:\s{2,}\S.*| +python\S* .*)?$|zsh: (?P<zsh>killed|segmentation fault|abort|bus error)"
)
_MEMORY = re.compile(
    r"Out of memory: Kill(?:ed)? process (?P<pid>\d+)|[Mm]emory cgroup out of memory|oom-kill:constraint|oom_reaper: reaped process (?P<reaped>\d+)|invoked oom-killer|OOMKilled"
    r"|[Dd]etected \d+ oom[-_]kill event|oom[-_]kill event|Some of your processes may have been killed by the cgroup out-of-memory handler|Exceeded (?:job|step) memory limit|exceeded memory limit .*being killed"
    r"|session crashed (?:after using all available RAM|for an unknown reason)|used too much memory|tried to allocate more memory than is available|killed (?:due to|because of) (?:the node running low on )?memory"
    r"|low on memory\. .*kill|OUT_OF_MEMORY|Container killed on request\. Exit code is 137|running beyond (?:physical|virtual) memory limits",
)
_CODE = re.compile(r"exit ?code(?:\s*[:=]\s*|\s+)\(?(?P<code>-?\d+)\)?|[Ee]xited with (?:exit )?code (?P<exited>-?\d+)|exit status (?P<status>-?\d+)|Signal (?P<signal>\d+) \((?P<name>SIG\w+)\) received", re.IGNORECASE)
_WORKER = re.compile(r"DataLoader worker \(pid\(?s?\)? ?(?P<pid>\d+)[^)]*\) (?:is killed by signal: (?P<signal>[^.\n]+)|exited unexpectedly(?: with exit code (?P<code>-?\d+))?)")
_CANCELLED = re.compile(r"CANCELLED AT .*(?:DUE TO (?P<why>[A-Z ]+))|(?P<limit>DUE TO TIME LIMIT)|(?P<preempted>PREEMPT(?:ED|ION))|[Jj]ob (?:was )?(?:cancelled|canceled|preempted)|Detected KeyboardInterrupt|Received SIG(?:TERM|INT|USR\d)|Bypassing signal|Keyboard ?[Ii]nterrupt|^\^C")
_THREAD = re.compile(r"(?P<current>Current thread|Thread) 0x[0-9a-fA-F]+ (?:\([^)]*\) )?(?:\[[^\]]*\] )?\(most recent call first\):")
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?: in (?P<function>.+))?$')
_VARIABLE = re.compile(r"\b(?P<name>CUDA_LAUNCH_BLOCKING|TORCH_USE_CUDA_DSA)=(?P<value>\w+)")


def death_in(log: Log) -> tuple[Death, Said] | None:
    """The first process that died of a signal or by the system; None where none is told of."""
    memory = log.find(_MEMORY)
    fatal = log.find(_FATAL)
    shell = next((heard for heard in log.every(_SHELL)), None)
    code = next((heard for heard in log.every(_CODE) if _signal_of(heard.match)), None)
    if memory:
        return Death(signal="SIGKILL", memory_kills=1, told_by=memory.said.text.strip()[:200], fatal=memory.match[0]), memory.said
    if fatal:
        name = _named(fatal.match["what"])
        stack, _ = stack_after(log.said, fatal.said)
        return Death(signal=name or "SIGABRT", stack=stack, fatal=fatal.match[0][:200]), fatal.said
    if shell:
        name = _named(shell.match["what"] or shell.match["zsh"])
        return Death(signal=name, fatal=shell.said.text.strip()[:200]), shell.said
    if code:
        return Death(signal=_signal_of(code.match), fatal=code.said.text.strip()[:200]), code.said
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
    number = int(found["code"] or found["exited"] or found["status"] or 0)
    number = -number if number < 0 else number - 128 if 128 < number < 160 else 0
    return _NUMBERS.get(number) if number != 15 else None


def _named(words: str) -> str | None:
    return next((signal for name, signal in _NAMES.items() if name in words.lower()), None)
