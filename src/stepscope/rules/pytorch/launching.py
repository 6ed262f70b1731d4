"""Launchers and loops: torchrun, Lightning, Ray, schedules."""

from __future__ import annotations

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Severity
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.datasets.empty_dataset import EMPTY_DATASET
from stepscope.rules.distributed.communicator_setup import COMMUNICATOR_SETUP
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.hangs.hang_worker import HANG_WORKER
from stepscope.rules.memory.host_oom import HOST_OOM
from stepscope.rules.optimizers.schedule_misuse import SCHEDULE_MISUSE
from stepscope.rules.sentences import LIKELY, in_logs
from stepscope.rules.user.interrupted_by_user import INTERRUPTED_BY_USER

_SIGNALS = {1: "its terminal was closed (SIGHUP)", 2: "stopped by Ctrl-C", 10: "asked to end (SIGUSR1)", 12: "asked to end (SIGUSR2)", 15: "asked to end (SIGTERM)"}
_SIGNAL = wording(r"got signal: (?P<number>\d+)")
_NO_BATCH = wording(r"[Tt]otal length of `(?:Data[Ll]oader|CombinedLoader)` across ranks is zero|`Trainer\.\w+` stopped: No (?:training|validation|test) batches")

in_logs(HOST_OOM, (
    (r"killed due to the node running low on memory|[Ww]orkers? (?:\(tasks / actors\) )?killed due to memory pressure|died due to (?:an )?OOM|killed by the OOM killer", "the node ran low on memory, and the process was killed"),
    (r"std::bad_alloc|[Cc]annot allocate memory", "the machine has no memory left"),
), sure=LIKELY)  # fmt: skip
in_logs(COMMUNICATOR_SETUP, (
    (r"environment variable (?P<variable>\w+) expected, but not set", "the variable {variable} of the launcher is not set"),
    (r"Duplicate GPU detected ?: rank (?P<one>\d+) and rank (?P<other>\d+) both on CUDA device (?P<device>\w+)", "ranks {one} and {other} use the same device"),
))  # fmt: skip
in_logs(SCHEDULE_MISUSE, (
    (r"Tried to step (?P<steps>\d+) times\. The (?:specified|total) number of (?:total )?steps is (?P<planned>\d+)", "the schedule was made for {planned} steps and is stepped {steps} times"),
), stage=Stage.OPTIMIZER)  # fmt: skip
in_logs(VERSION_INCOMPATIBILITY, (
    (r"(?:LightningModule|Callback|Trainer)\.\w+\(\) got an unexpected keyword argument '(?P<name>\w+)'", "a hook is called with `{name}`, which is of another version of Lightning"),
    (r"Support for `(?P<name>\w+)` has been removed in (?P<version>v[\d.]+)", "`{name}` is gone since {version}"),
    (r"_OpNamespace '?\w+'? (?:object )?has no attribute|Could not run '(?P<op>torchvision::\w+)' with arguments from the 'CUDA' backend", "torchvision was built for another PyTorch, or without CUDA"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
in_logs(HANG_WORKER, ((r"DataLoader timed out after (?P<seconds>[\d.]+) seconds", "a worker brought no batch within {seconds} seconds"),))
in_logs(API_MISUSE, ((r"`configure_optimizers` must be implemented|No `(?:training_step|configure_optimizers|train_dataloader)\(?\)?` (?:method )?defined", "a method that Lightning needs is not defined"),))


@INTERRUPTED_BY_USER.seen_in
def signalled(failure: Failure, log: Log) -> Witnessed:
    """The launcher was sent a signal, and passed it on to its ranks."""
    found = _SIGNAL.search(failure.message) if failure.is_a("SignalException") else None
    number = int(found["number"]) if found else 0
    if number in _SIGNALS:
        yield INTERRUPTED_BY_USER.found(
            f"the launcher was {_SIGNALS[number]}" if number != 1 else _SIGNALS[1], severity=Severity.NOTE, stage=Stage.ENVIRONMENT, seen={"says": failure.message[:200]},
            fix=("Start it with `nohup ... & disown`, in `tmux` or by the scheduler: then it outlives the terminal.",) if number == 1 else (),
        )  # fmt: skip


@EMPTY_DATASET.seen_in
def no_batches(failure: Failure, log: Log) -> Witnessed:
    """Lightning says in passing that there is nothing to train on; what fails is what comes after."""
    heard = log.find(_NO_BATCH)
    if heard and failure.is_a("KeyError", "ZeroDivisionError", "UnboundLocalError", "IndexError", "RuntimeError", "StopIteration"):
        yield EMPTY_DATASET.found("the loader has no batch", LIKELY, stage=Stage.DATA, seen={"says": heard.said.text.strip()[:250]}, said=heard.said)
