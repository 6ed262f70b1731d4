import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Machine, Moment, Observation

LINE = Frame("train.py", 12, "main", "dist.init_process_group('nccl')", user=True)
SETUP = Frame("/x/site-packages/torch/distributed/distributed_c10d.py", 1700, "init_process_group")
COLLECTIVE = Frame("/x/site-packages/torch/distributed/distributed_c10d.py", 2900, "all_reduce")
PARALLEL = Frame("/x/site-packages/torch/nn/parallel/distributed.py", 1500, "forward")


def first(*pieces):
    return diagnose("run", [Observation(*pieces, Moment(rank=1), Machine())]).findings[0]


@pytest.mark.parametrize(
    ("kind", "text", "frame", "cause"),
    [
        ("ValueError", "Error initializing torch.distributed using env:// rendezvous: environment variable RANK expected, but not set", SETUP, "communicator-setup"),
        ("DistNetworkError", "The server socket has failed to listen on any local network address. port: 29500, EADDRINUSE", SETUP, "communicator-setup"),
        ("DistStoreError", "Timed out after 61 seconds waiting for clients. 1/2 clients joined.", SETUP, "communicator-setup"),
        ("RuntimeError", "Default process group has not been initialized, please make sure to call init_process_group.", COLLECTIVE, "communicator-setup"),
        ("RuntimeError", "Expected to have finished reduction in the prior iteration before starting a new one.", PARALLEL, "unused-parameters"),
        ("RuntimeError", "Expected to mark a variable ready only once. This error is caused by", PARALLEL, "unused-parameters"),
        ("RuntimeError", "Detected mismatch between collectives on ranks. Rank 0 is running collective: ALLREDUCE", COLLECTIVE, "collective-mismatch"),
        ("RuntimeError", "DDP expects same model across all ranks, but Rank 0 has 84 params, while rank 1 has inconsistent 0 params.", PARALLEL, "hang-collective"),
        ("RuntimeError", "DDP expects same model across all ranks, but Rank 0 has 84 params, while rank 1 has inconsistent 80 params.", PARALLEL, "collective-mismatch"),
        ("RuntimeError", "Rank 1 failed to pass monitoredBarrier in 10000 ms", COLLECTIVE, "collective-in-one-rank"),
        ("RuntimeError", "Detected at least one rank that exhausted inputs. Throwing across all ranks.", PARALLEL, "uneven-batches"),
        ("RuntimeError", "[../third_party/gloo/gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:2", COLLECTIVE, "rank-died-first"),
    ],
)
def test_the_words_of_processes_that_do_not_meet(kind, text, frame, cause):
    assert first(Failure(kind, text, (LINE, frame), ("RuntimeError",))).name == cause


def test_parameters_without_gradient_are_counted():
    text = "Expected to have finished reduction in the prior iteration\nParameter indices which did not receive grad for rank 1: 118 119 120"

    assert first(Failure("RuntimeError", text, (LINE, PARALLEL))).headline.startswith("3 parameters")


def test_a_refused_connection_outside_of_distributed_training_is_not_its_setup():
    line = Frame("train.py", 3, "main", "requests.get(url)", user=True)

    assert first(Failure("ConnectionRefusedError", "[Errno 111] Connection refused", (line,), ("OSError",))).name != "communicator-setup"
