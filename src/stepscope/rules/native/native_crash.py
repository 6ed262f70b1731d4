"""A crash in native code.

Why
---
The process was ended by the system inside of a library's machine code: no exception, no traceback, and nothing is saved. The Python
stack at that moment tells which call went there, and the heartbeat which step and samples.

Fix
---
- Load the named samples alone: decoders crash on damaged files.
- Look at the versions of the library whose call is innermost; mixed builds of torch, numpy and OpenCV crash each other.
- A stack that ends in `backward` of a very long graph: shorten the graph with `detach()`.

Bad
---
    image = library.decode(damaged_bytes)       # Segmentation fault (core dumped)

Good
----
    with ProcessPoolExecutor(1) as pool:         # a crash costs one file, not the run
        image = pool.submit(library.decode, damaged_bytes).result()
"""

from stepscope.evidence import Death, Failure, Stage, WorkerDeath
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

NATIVE_CRASH = Rule(
    "NAT101", Severity.ERROR, stage=Stage.FORWARD,
    yields_to=("library-init-failed", "gpu-oom", "illegal-memory-access", "driver-mismatch", "hardware-failure", "shm-exhausted"),
)  # fmt: skip

_CRASHES = {"SIGSEGV": "a segmentation fault", "SIGABRT": "an abort", "SIGBUS": "a bus error", "SIGFPE": "an arithmetic fault", "SIGILL": "an instruction that this processor lacks"}


@NATIVE_CRASH.seen_in
def death(death: Death) -> Witnessed:
    crash = _CRASHES.get(death.signal or "")
    if crash is None:
        return
    inner = death.stack[-1] if death.stack else None
    yield NATIVE_CRASH.found(
        f"{crash} ({death.signal}) ended the process" + (f" in `{inner.name}`" if inner else ""),
        Confidence.LIKELY if "without an active exception" in death.fatal else Confidence.CERTAIN,  # its threads outlived it: mostly how a process ends that had been let down
        seen={
            "innermost call": f"{inner.file}:{inner.line}, in {inner.function}" if inner else "",
            "interpreter's words": death.fatal,
            "steps finished": death.steps,
            "loading samples": ", ".join(map(str, death.samples[:12])),
        },
    )


@NATIVE_CRASH.seen_in
def worker(failure: Failure, worker: WorkerDeath) -> Witnessed:
    if worker.exit_code in (-11, -4, -8):
        sample = f", loading sample {worker.last}" if worker.last is not None else ""
        yield NATIVE_CRASH.found(
            f"loader worker {worker.worker} crashed in native code{sample}",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"process": worker.pid, "exit code": worker.exit_code},
        )
