"""Logs of many processes: ranks that disagree, that wait, that are gone; what stands in a dump of stacks; and what sounds alike."""

import pytest

import stepscope

JAX = "jaxlib.xla_extension.XlaRuntimeError: "
NEW = "jax.errors.JaxRuntimeError: "
HOROVOD = "horovod.common.exceptions.HorovodInternalError: "
STALLED = (
    "W horovod/common/stall_inspector.cc:107] One or more tensors were submitted to be reduced, gathered or broadcasted by subset of ranks and are waiting for remainder of ranks"
    " for more than 60 seconds. This may indicate that different ranks are trying to submit different tensors.\nMissing ranks:\n1: [grad.0, grad.1]\n3: [grad.0]\n"
)
DUMP = """Timeout (0:20:00)!
Thread 0x00007f1100000740 (most recent call first):
  File "/opt/lib/python3.10/site-packages/torch/distributed/distributed_c10d.py", line 3439 in barrier
  File "/opt/lib/python3.10/site-packages/torch/distributed/c10d_logger.py", line 47 in wrapper
  File "/w/train.py", line 120 in save_checkpoint
  File "/w/train.py", line 188 in main
"""
WENT_ON = "step 10 loss 0.41\nstep 11 loss 0.40\nstep 12 loss 0.39\n"


def traceback(words, line="step(state, batch)"):
    return f'Traceback (most recent call last):\n  File "train.py", line 12, in <module>\n    {line}\n{words}\n'


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("collective-mismatch", traceback(HOROVOD + "Mismatched allreduce tensor shapes: One rank sent a tensor of shape [10, 64], but another rank sent a tensor of shape [12, 64].")),
        ("collective-mismatch", traceback(HOROVOD + "Mismatched data types: One rank had type float32, but another rank had type float64.")),
        ("collective-mismatch", traceback(HOROVOD + "Mismatched MPI operations: One rank did an allreduce, but another rank did an allgather.")),
        ("collective-in-one-rank", STALLED),
        ("rank-died-first", traceback(HOROVOD + "Horovod has been shut down. This was caused by an exception on one of the ranks.")),
        ("hang-collective", DUMP),
        ("hang-collective", 'Process 4121: /opt/conda/bin/python -u train.py\nThread 4121 (active): "MainThread"\n    synchronize (torch/cuda/__init__.py:792)\n    wait_for_everyone (accelerate/accelerator.py:2410)\n    train (train.py:210)\n'),
        ("hang-collective", DUMP.partition("\n")[2]),
        ("hang-collective", "terminate called after throwing an instance of 'std::runtime_error'\n  what():  [Rank 2] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=9, OpType=ALLREDUCE) ran for 600021 milliseconds before timing out.\nAborted (core dumped)\n"),
        ("rank-died-first", traceback(JAX + "UNAVAILABLE: The following tasks are unhealthy (stopped sending heartbeats):\n/job:jax_worker/replica:0/task:3")),
        ("rank-died-first", traceback(NEW + "ABORTED: /job:jax_worker/replica:0/task:1 unexpectedly tried to connect with a different incarnation. It has likely restarted.")),
        ("rank-died-first", "F0101 12:00:00.0 1201 coordination_service_agent.cc:1] Terminating process because the JAX distributed service detected fatal errors. absl::Status: UNAVAILABLE: another task died\n"),
        ("communicator-setup", traceback(NEW + "DEADLINE_EXCEEDED: Barrier timed out. Id: PjRT_Client_Connect. This usually happens because a task triggered the barrier too early.")),
        ("communicator-setup", traceback(JAX + "INTERNAL: NCCL operation ncclCommInitRank(&comm, 2, id, 0) failed: unhandled cuda error")),
        ("communicator-setup", traceback("RuntimeError: jax.distributed.initialize() must be called before any JAX calls that might initialise the XLA backend.")),
        ("hang-collective", traceback(JAX + "DEADLINE_EXCEEDED: Barrier timed out. Id: checkpoint_save_40. Barrier has not been reached by all tasks.")),
        ("hang-collective", "F0912 10:00:20 99 rendezvous.cc:127] Termination timeout for `initialize clique for rank 2` of 40 seconds exceeded. Exiting to ensure a consistent program state.\n"),
        ("communicator-setup", "RuntimeError: The server socket has failed to listen on any local network address. The server socket has failed to bind to [::]:29500 (errno: 98 - Address already in use).\n"),
    ],
)  # fmt: skip
def test_the_words_of_processes_are_understood(name, log):
    assert stepscope.explain(log).findings[0].name == name


def test_a_stack_dump_is_a_hang_of_the_distributed_stage_at_the_users_line():
    finding = stepscope.explain(DUMP).findings[0]

    assert (finding.stage.value, finding.place.line) == ("distributed", 120)


def test_missing_ranks_are_named():
    assert stepscope.explain(STALLED).findings[0].headline.startswith("rank 1, 3 ")


@pytest.mark.parametrize(
    "log",
    [
        STALLED + WENT_ON,
        DUMP + WENT_ON,
        "Thread 0x00007f11 (most recent call first):\n  File \"/w/train.py\", line 40 in main\n",
        "W0912 10:00:00 99 rendezvous.cc:88] This thread has been waiting for `clique` for 40 seconds and may be stuck. Expected 8 threads to join the rendezvous.\nE0912 10:00:01 99 rendezvous.cc:92] Thread is unstuck! Warning above was a false-positive.\n",
    ],
)  # fmt: skip
def test_what_went_on_is_left_in_peace(log):
    assert not stepscope.explain(log).findings


def test_a_stop_by_hand_is_still_one():
    assert stepscope.explain("step 1 loss 0.5\n^CKeyboardInterrupt\n").findings[0].name == "interrupted-by-user"


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("gpu-oom", traceback(NEW + "RESOURCE_EXHAUSTED: Error loading program: Attempting to allocate 1.2G. That was not possible. There are 512M free.")),
        ("user-code-exception", traceback(JAX + "RESOURCE_EXHAUSTED: SENDING: Received message larger than max (5242880 vs. 4194304)")),
        ("device-mismatch", traceback("ValueError: Received incompatible devices for jitted computation. Got argument x of step with shape float32[8] and device ids [0] on platform GPU and argument w of step with shape float32[8] and device ids [1] on platform GPU")),
        ("api-misuse", traceback("RuntimeError: Array has been deleted with shape=float32[8].")),
        ("compiler-failure", traceback(NEW + "INTERNAL: Mosaic failed to compile TPU kernel: unsupported shape cast")),
        ("device-not-visible", "E cuda_driver.cc:282] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n" + traceback("IndexError: list index out of range", "tf.config.experimental.set_memory_growth(gpus[0], True)")),
        ("user-code-exception", traceback("IndexError: list index out of range", "name = names[0]")),
    ],
)  # fmt: skip
def test_the_words_of_a_device_are_understood(name, log):
    assert stepscope.explain(log).findings[0].name == name


def test_a_device_that_is_not_there_is_no_failure_of_a_run_on_the_processor():
    assert not stepscope.explain("E cuda_driver.cc:282] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected\n" + WENT_ON).findings


def recorded(first, *fields):
    """A report of PyTorch's `torchfrtrace`."""
    return "\n".join([first, "internal record id: 12", "group info: 0:default_pg", "collective: nccl:all_reduce", *fields, "world size: 4", "collective state: scheduled", ""])


def test_the_rank_that_flight_recorders_miss_is_named():
    finding = stepscope.explain(recorded("Not all ranks joining collective, sequence number: 7", "missing ranks: {1, 3}")).findings[0]

    assert (finding.name, finding.headline) == ("collective-in-one-rank", "rank 1, 3 did not come to nccl:all_reduce number 7")


def test_calls_that_differ_between_flight_recorders_are_told():
    log = recorded("Collective sequence number: 7 has errors", "error msg: Culprit rank 2; Error type: SIZE_OR_SYNTAX_MISMATCH")

    assert stepscope.explain(log).findings[0].name == "collective-mismatch"


def test_flight_recorders_that_agree_are_left_in_peace():
    assert not stepscope.explain("No errors found for this collective entry, There could be some other reasons why we see collective timeout.\n").findings
    assert not stepscope.explain("Not all ranks joining collective, sequence number: 0 of 0 were seen\n").findings
