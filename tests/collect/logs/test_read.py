"""From a log to the cause: the first failure before what followed from it, endings without an exception, losses, and healthy logs."""

from pathlib import Path
from textwrap import dedent

import pytest

import stepscope

TRACE = """
    Traceback (most recent call last):
      File "/home/u/train.py", line 31, in <module>
        main()
      File "/home/u/train.py", line 12, in main
        loss = crit(net(x), y)
      File "/opt/conda/lib/python3.11/site-packages/torch/nn/modules/loss.py", line 1310, in forward
        return F.cross_entropy(
      File "/opt/conda/lib/python3.11/site-packages/torch/nn/functional.py", line 3479, in cross_entropy
        return torch._C._nn.cross_entropy_loss(
    IndexError: Target 12 is out of bounds.
"""
LOST = """
    Traceback (most recent call last):
      File "/home/u/train.py", line 14, in main
        loss.backward()
      File "/opt/conda/lib/python3.11/site-packages/torch/autograd/graph.py", line 841, in _engine_run_backward
        return Variable._execution_engine.run_backward(
    RuntimeError: [../third_party/gloo/gloo/transport/tcp/pair.cc:534] Connection closed by peer [10.0.0.1]:4321
"""


def said_by(rank, text):
    return "\n".join(f"[rank{rank}]: {line}" for line in dedent(text).strip("\n").split("\n"))


def name_of(text):
    report = stepscope.explain(dedent(text))
    return report.findings[0].name if report.findings else "nothing"


def test_the_place_is_the_users_line_and_the_logs():
    found = stepscope.explain("Epoch 1\n" + dedent(TRACE).strip("\n")).findings[0]
    assert (found.name, found.stage.value) == ("label-out-of-range", "loss")
    assert (found.place.file, found.place.line, found.place.code) == ("/home/u/train.py", 12, "loss = crit(net(x), y)")
    assert [(place.file, place.line, place.about) for place in found.places] == [("log", 2, "the log says so here")]
    assert "12" in found.headline


def test_a_ranks_exception_comes_before_its_peers_lost_connections():
    voices = [said_by(rank, LOST).split("\n") for rank in (0, 1)] + [said_by(2, TRACE).split("\n")]
    mixed = "\n".join(line for lines in zip(*(v[:5] for v in voices), strict=True) for line in lines) + "\n" + "\n".join(line for v in voices for line in v[5:])
    report = stepscope.explain(mixed)
    assert report.findings[0].name == "label-out-of-range"
    assert report.findings[0].place.rank == 2
    assert sorted(aside.rank for aside in report.consequences) == [0, 1]
    assert all(aside.first > 0 for aside in report.consequences)


def test_the_kernels_line_comes_before_the_call_that_reports_it():
    text = """
        ../aten/src/ATen/native/cuda/Loss.cu:250: nll_loss_forward_reduce_cuda_kernel_2d: block: [0,0,0], thread: [5,0,0] Assertion `t >= 0 && t < n_classes` failed.
        Traceback (most recent call last):
          File "/home/u/train.py", line 40, in main
            torch.cuda.synchronize()
        RuntimeError: CUDA error: device-side assert triggered
        CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
    """
    found = stepscope.explain(dedent(text)).findings[0]
    assert (found.name, found.stage.value) == ("label-out-of-range", "loss")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("epoch 1 loss 0.3\n./run.sh: line 3: 4411 Killed                  python train.py\n", "host-oom"),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=77.batch. Some of the step tasks have been OOM Killed.\n", "host-oom"),
        ("[ 4711.123456] Out of memory: Killed process 991 (python) total-vm:90000kB\n", "host-oom"),
        ("epoch 1\nSegmentation fault (core dumped)\n", "native-crash"),
        ('Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f0000000000 (most recent call first):\n  File "/home/u/ops.py", line 7 in decode\n  File "/home/u/train.py", line 9 in <module>\n', "native-crash"),
        ("[rank0]:[E1 12:00:00.1 ProcessGroupNCCL.cpp:629] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=3, OpType=ALLREDUCE, NumelIn=12, NumelOut=12, Timeout(ms)=600000) ran\n  exitcode  : -6 (pid: 77) (SIGABRT)\n", "hang-collective"),
        ("2 root error(s) found.\n  (0) Resource exhausted: OOM when allocating tensor with shape[32,512,64,64] and type float on /job:localhost/replica:0/task:0/device:GPU:0\n", "gpu-oom"),
        ("double free or corruption (!prev)\nAborted (core dumped)\n", "native-crash"),
        ("step 3 loss 0.1\nslurmstepd: error: *** JOB 55 ON n1 CANCELLED AT 2026-01-07T04:02:19 DUE TO NODE FAILURE, SEE SLURMCTLD LOG ***\n", "hardware-failure"),
        ("step 3 loss 0.1\n^CTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    train()\nKeyboardInterrupt\n", "interrupted-by-user"),
        ("epoch 1 loss 2.31\nepoch 2 loss 1.98\nepoch 3 loss nan\nepoch 4 loss nan\n", "non-finite-loss"),
        ("Epoch 1/9 [=====] - loss: 0.4 - acc: 0.6\nEpoch 2/9 [=====] - loss: 7.1e5 - acc: 0.3\nEpoch 3/9 [=====] - loss: nan - acc: 0.1\n", "divergence"),
        ("{'loss': 2.1, 'grad_norm': 1.2}\n{'loss': 0.0, 'grad_norm': nan}\n{'loss': 0.0, 'grad_norm': nan}\n", "non-finite-loss"),
        (
            ("[rank1]:[E205 14:20:31.1 ProcessGroupNCCL.cpp:629] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=3, OpType=ALLREDUCE, NumelIn=12, NumelOut=12, Timeout(ms)=600000) ran\n"
            "[rank0]:[E205 14:20:31.3 ProcessGroupNCCL.cpp:629] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=3, OpType=BROADCAST, NumelIn=7, NumelOut=7, Timeout(ms)=600000) ran\n"),
            "collective-mismatch",
        ),
    ],
)  # fmt: skip
def test_endings_without_an_exception(text, name):
    assert name_of(text) == name


def test_the_first_step_that_was_no_number_is_told():
    found = stepscope.explain("".join(f"epoch 1 step {n} loss {'nan' if n >= 61 else 1.5}\n" for n in range(50, 90))).findings[0]
    assert (found.place.step, found.place.epoch) == (61, 1)
    assert [place.line for place in found.places] == [12]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "epoch 1 loss 0.9\nepoch 2 loss 0.5\nsaved best.pt\n",
        "step 1 skipped (non-finite gradients), loss scale 32768 -> 16384\nstep 2 loss 0.4\nstep 3 loss 0.3\n",
        "epoch 1 loss 0.9 val_map nan\nepoch 2 loss 0.5 val_map 0.2\nTraining finished\n",
        "2026-11-20 12:00:01.123456: W tensorflow/stream_executor/platform/default/dso_loader.cc:59] Could not load dynamic library 'libnvinfer.so.7'\nEpoch 1/2\n10/10 - loss: 0.5\nEpoch 2/2\n10/10 - loss: 0.4\n",
        "NCCL WARN Call to connect returned Connection refused, retrying\nstep 100 loss 0.3\ndone\n",
        "".join(f"step {n} loss 0.3 gpu mem {mem} GiB\n" for n, mem in enumerate((2.1, 7.9, 8.0, 8.0, 8.1, 8.0, 8.1, 8.1))),
        "Epoch 1 - loss: 0.5 - val_loss: nan\nEpoch 2 - loss: 0.4 - val_loss: 0.6\nEpoch 3 - loss: 0.3 - val_loss: 0.5\n",
        'Traceback (most recent call last):\n  File "amp.py", line 3, in <module>\n    import apex\nModuleNotFoundError: No module named \'apex\'\nno apex here, falling back to torch.amp\nepoch 1 loss 0.9\nepoch 2 loss 0.7\nepoch 3 loss 0.6\n',
        "error rate 0.31\ntop-1 error: 0.2\nfailures: 0\n",
        "/lib/python3.11/warnings.py:3: UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.\n  warnings.warn(\nepoch 1 loss 0.2\nsaving best.pt\n",
        "Exception ignored in: <function _MultiProcessingDataLoaderIter.__del__ at 0x7f>\nTraceback (most recent call last):\n  File \"/x/dataloader.py\", line 3, in __del__\n    self._shutdown_workers()\nAssertionError: can only test a child process\nepoch 3 loss 0.2\n",
    ],
)
def test_healthy_logs_are_left_in_peace(text):
    assert name_of(text) == "nothing"


def test_words_alone_are_read_where_a_rule_knows_them():
    assert name_of("mat1 and mat2 shapes cannot be multiplied (32x2048 and 512x10)") == "input-shape-mismatch"
    assert name_of("RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB") == "gpu-oom"
    assert name_of("Why does my network not learn?") == "nothing"


def test_an_exception_is_explained_too():
    with pytest.raises(FileNotFoundError) as raised:
        Path("data/there-is-no-such.png").read_bytes()
    assert stepscope.explain(raised.value).findings[0].name == "missing-file"


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match="the text of a log or an exception, not int"):
        stepscope.explain(3)


def test_nothing_of_a_log_is_opened(tmp_path, monkeypatch):
    opened = []
    trap = tmp_path / "train.py"
    trap.write_text("raise SystemExit('executed')\n")
    stepscope.explain("warm up")
    monkeypatch.setattr("builtins.open", lambda *a, **k: opened.append(a))
    monkeypatch.setattr("linecache.getlines", lambda *a, **k: opened.append(a) or [])
    stepscope.explain(f'Traceback (most recent call last):\n  File "{trap}", line 1, in <module>\n    x\nFileNotFoundError: [Errno 2] No such file or directory: \'{trap}\'\n')
    assert opened == []
