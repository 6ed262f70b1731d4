"""Setting up the communicator fails: address, port, interface, backend.

Why
---
The processes of a run find each other at one address and port. A port that is still taken, variables that no launcher has set, a firewall, the
wrong network interface or a backend that the build does not have: none of them gets to its first step.

Fix
---
- Start with `torchrun --nproc-per-node=N train.py`; it sets `MASTER_ADDR`, `MASTER_PORT`, `RANK` and `WORLD_SIZE`.
- A port in use: another run is still alive (`ss -ltnp | grep 29500`); end it, or take `--master-port` another one, or `--standalone`.
- Several machines: the same address and port everywhere, reachable; `NCCL_SOCKET_IFNAME`, `GLOO_SOCKET_IFNAME` for the interface.
- `NCCL_DEBUG=INFO` shows where NCCL stops.

Bad
---
    python train.py                                  # init_process_group with nobody to set the variables

Good
----
    torchrun --standalone --nproc-per-node=2 train.py
"""

from stepscope.evidence import Failure, Machine, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

COMMUNICATOR_SETUP = Rule(
    "DST106", Severity.ERROR, stage=Stage.DISTRIBUTED, yields_to=("device-not-visible", "too-many-open-files", "gpu-oom", "device-unsupported")
)

_FORMS = {
    "the port of the run is in use": r"EADDRINUSE|[Aa]ddress already in use|server socket has failed to listen",
    "a variable that the launcher sets is missing": r"environment variable \w+ expected, but not set|Error initializing torch\.distributed using",
    "the process group was not initialised": r"Default process group has not been initialized|process group has not been initialized",
    "the process group is initialised twice": r"initialize the default process group twice",
    "the other processes did not come": (
        r"client socket has timed out|Timed out after \d+ seconds waiting for clients|[Rr]endezvous (?:timed? ?out|.{0,30}(?:failed|closed))"
        r"|RendezvousTimeoutError|store->get\('?\w|wait timeout after \d+ms, keys"
    ),
    "another process cannot be reached": r"failed to connect to|[Cc]onnection refused|connectFullMesh failed|No route to host|Name or service not known",
    "the network interface is not there": r"[Uu]nable to find (?:address for|interface)|no socket interface found|makeDeviceForInterface",
    "this build has no such backend": r"doesn't have (?:NCCL|MPI|UCC) built in|Distributed package doesn't have|No backend type associated with device type|Unknown c10d backend",
    "two ranks use one device": r"Duplicate GPU detected",
    "NCCL could not be set up": r"ncclSystemError|ncclInternalError|ncclInvalidUsage|ncclUnhandledCudaError|NCCL error in",
}
_COMPILED = {headline: wording(pattern) for headline, pattern in _FORMS.items()}
_SETTING_UP = ("init_process_group", "rendezvous", "_create_c10d_store", "_env_rendezvous_handler", "_rendezvous_helper", "setup_environment", "init_device_mesh")
_PLACES = ("torch/distributed/", "torch/multiprocessing/", "lightning", "accelerate", "deepspeed", "torch/nn/parallel")


@COMMUNICATOR_SETUP.seen_in
def words(failure: Failure, machine: Machine) -> Witnessed:
    in_setup = failure.passes(*_SETTING_UP)
    distributed = in_setup or failure.type.startswith(("Dist", "Rendezvous")) or failure.says("server socket has failed to") or any(
        part in frame.file.replace("\\", "/") for frame in failure.frames for part in _PLACES
    )  # fmt: skip
    if not distributed or not failure.is_a("RuntimeError", "ValueError", "OSError", "AssertionError"):
        return
    headline = next((headline for headline, pattern in _COMPILED.items() if pattern.search(failure.message)), None)
    if headline or in_setup:
        variables = {name: value for name, value in machine.variables.items() if name in ("MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK")}
        yield COMMUNICATOR_SETUP.found(
            headline or "the processes of the run could not be joined",
            Confidence.CERTAIN if headline and in_setup else Confidence.LIKELY,
            stage=Stage.DISTRIBUTED,
            seen={"variables": ", ".join(f"{name}={value}" for name, value in variables.items()) or "none set", "says": failure.message[:250]},
        )
