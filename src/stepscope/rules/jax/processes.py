"""JAX on many processes: how they find each other, wait for each other, and learn that one has ended."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.distributed.communicator_setup import COMMUNICATOR_SETUP
from stepscope.rules.distributed.rank_died_first import RANK_DIED_FIRST
from stepscope.rules.hangs.hang_collective import HANG_COLLECTIVE
from stepscope.rules.jax.runtime import ERRORS
from stepscope.rules.sentences import LIKELY, POSSIBLE, words_from
from stepscope.rules.tensorflow.sayings import sayings

_SERVICE = wording(r"jax_worker|coordination|Coordinat(?:ed|ion)|[Bb]arrier|PjRT_Client|GetKeyValue|RegisterTask|heartbeat|topology|global_device|jax\.distributed|NCCL|nccl|[Cc]lique|[Rr]endezvous")
"""The service that the processes of JAX find each other by, and the collectives that follow."""
_ENDED = wording(
    r"tasks? (?:are|is) unhealthy|stopped sending heartbeats|heartbeat timeout|missing heartbeats|(?:has|have) crashed|(?:another|other) task (?:has )?died|different incarnation|[Ss]ocket closed"
    r"|[Cc]onnection reset|remote process exited|ncclRemoteError|[Bb]arrier [^\n]{0,200}(?:unhealthy|error state|task[^\n]{0,60} (?:failed|exited|shut ?down))|task [^\n]{0,80}(?:has (?:been )?(?:disconnected|restarted)|is in error)"
)
_MEETING = wording(
    r"PjRT_Client_Connect|Wait_for_all_tasks|[Rr]egister_?Task|topology|GetKeyValue\(\) timed out|failed to connect to all addresses|ncclCommInit|NCCL operation|ncclGetUniqueId"
    r"|Failed to (?:bind|start|connect)|cluster (?:formation|register)|unexpected process|coordination service [^\n]{0,40}(?:not|fail)"
)
_TIMES_OUT = wording(r"DEADLINE_?EXCEEDED|Deadline Exceeded|timed out|Termination timeout", re.IGNORECASE)
_TERMINATED = wording(r"Termination timeout for `?(?P<what>[^`\n]{1,120})`? of \d+ seconds exceeded")
"""XLA ends a process whose peers did not come to a rendezvous; the warnings before it are often a false alarm, as it says itself."""
_FATAL = wording(r"[Tt]erminating (?:process )?because the (?:JAX distributed service|coordination service|distributed service) detected fatal errors|The following tasks are unhealthy \(stopped sending heartbeats\)")


@RANK_DIED_FIRST.seen_in
def ended(failure: Failure) -> Witnessed:
    """The coordination service tells the others that a process is gone."""
    if failure.is_a(*ERRORS, "RuntimeError") and _SERVICE.search(failure.message[:2000]) and (found := _ENDED.search(failure.message[:2000])):
        yield RANK_DIED_FIRST.found(
            "another process of the run ended first", LIKELY, stage=Stage.DISTRIBUTED, seen={"which": _tasks(failure.message), "says": words_from(failure, found.start())}, instead=_LOOK
        )


@RANK_DIED_FIRST.seen_in
def terminated(log: Log) -> Witnessed:
    """The same where the service ends this process itself, without an exception."""
    if told := log.find(_FATAL):
        after = "\n".join(said.text for said in log.said if 0 <= said.line - told.said.line <= 4)
        yield RANK_DIED_FIRST.found(
            "another process of the run ended first", LIKELY, stage=Stage.DISTRIBUTED, seen={"which": _tasks(after), "says": told.said.text.strip()[:300]}, instead=_LOOK, said=told.said
        )  # fmt: skip


@COMMUNICATOR_SETUP.seen_in
def meeting(failure: Failure) -> Witnessed:
    """The processes did not find each other."""
    ours = failure.is_a(*ERRORS) or failure.passes_file("jax/_src/distributed.py")
    if ours and _SERVICE.search(failure.message[:2000]) and _MEETING.search(failure.message[:2000]) and not _ENDED.search(failure.message[:2000]):
        yield COMMUNICATOR_SETUP.found(
            "the processes of JAX did not come together", LIKELY, stage=Stage.DISTRIBUTED, seen={"says": words_from(failure)},
            instead=(
                "`jax.distributed.initialize(coordinator_address, num_processes, process_id)` on every process, with the same address and number, before anything else of JAX.",
                "Look whether all processes were started, and whether each reaches the coordinator's port; `NCCL_DEBUG=INFO` shows where NCCL stops.",
            ),
        )  # fmt: skip


@HANG_COLLECTIVE.seen_in
def waited(failure: Failure) -> Witnessed:
    """A barrier or a collective whose time is up, once the processes had met."""
    told = failure.message[:2000]
    if failure.is_a(*ERRORS) and _TIMES_OUT.search(told) and _SERVICE.search(told) and not _MEETING.search(told) and not _ENDED.search(told):
        name = re.search(r"(?:Id: |[Bb]arrier:? ?|key: )['`\"]?(?P<name>[\w:./-]+)", told)
        yield HANG_COLLECTIVE.found(
            f"the processes did not all come to {name['name']}" if name else "a process did not come to a barrier", LIKELY, stage=Stage.DISTRIBUTED, seen={"says": words_from(failure)}
        )


@HANG_COLLECTIVE.seen_in
def stuck(log: Log) -> Witnessed:
    if told := log.find(_TERMINATED):
        yield HANG_COLLECTIVE.found(
            "not all devices came to a rendezvous, and the process was ended", POSSIBLE, stage=Stage.DISTRIBUTED, seen={"waited for": told.match["what"], "says": told.said.text.strip()[:300]}, said=told.said
        )


def _tasks(text: str) -> str:
    """The processes that are named, as `/job:jax_worker/replica:0/task:3`."""
    return ", ".join(dict.fromkeys(f"process {each}" for each in re.findall(r"/task:(\d+)", text[:4000])))


_LOOK = ("Look at the output of the process that is named: its exception, or the scheduler's word on it (out of memory, preempted), comes first.",)

sayings(COMMUNICATOR_SETUP, (
    (r"jax\.distributed\.initialize\(\) must be called before|distributed\.initialize should only be called once|jax\.distributed\.initialize[^\n]{0,60}(?:before any|only (?:be )?called)", "`jax.distributed.initialize` is called too late, or twice"),
    (r"coordinator_address should be defined|Number of processes must be defined|The process id of the current process must be defined", "`jax.distributed.initialize` does not know the other processes"),
), stage=Stage.DISTRIBUTED, fix=(
    "Call `jax.distributed.initialize()` once, first in the program. Outside of Slurm, Open MPI and Cloud TPU it needs all three: `coordinator_address`, `num_processes`, `process_id`.",
))  # fmt: skip
