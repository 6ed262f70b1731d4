"""Real deaths of real processes: the cause, the step and the sample are told, and the parent sees what it would see without us."""

import os
import signal
import socket
import sys
import time

import pytest

from stepscope.collect.process.deaths import fatal_stack, signal_name, stopped_stack
from stepscope.collect.process.heartbeat import FAILED, RUNNING, Page, read_all

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

PLAIN = """
    import ctypes, os, resource, signal, sys

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    def dies(how):
        print("alive", flush=True)
        if how == "segv":
            ctypes.string_at(0)
        if how == "abort":
            os.abort()
        if how == "exit":
            os._exit(7)
        if how.isdigit():
            sys.exit(int(how))
        os.kill(os.getpid(), getattr(signal, how))

    dies(sys.argv[1])
"""

TRAINING = """
    import ctypes, multiprocessing, os, resource, signal, sys
    import torch
    from torch.utils.data import DataLoader, Dataset

    HOW, WORKERS = sys.argv[1], int(sys.argv[2])

    def die():
        if HOW == "segv":
            ctypes.string_at(0)                              # crashes
        if HOW == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if HOW == "memory":
            size = int(open("/proc/self/statm").read().split()[0]) * 4096 + 2**26
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
            bytearray(2**30)                                 # too much
        if HOW == "exit":
            os._exit(7)
        if HOW == "native":
            ctypes.CDLL(None).exit(7)

    class Numbers(Dataset):
        def __len__(self):
            return 40
        def __getitem__(self, index):
            if index == 13:
                die()
            return torch.full((4,), float(index)), index % 2

    def main():
        model = torch.nn.Linear(4, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
        for x, y in DataLoader(Numbers(), batch_size=4, num_workers=WORKERS):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()

    if __name__ == "__main__":
        if len(sys.argv) == 3:
            main()
        else:
            child = multiprocessing.get_context(sys.argv[3]).Process(target=main)
            child.start()
            child.join()
            sys.exit(child.exitcode != 0)
"""

RANKS = """
    import ctypes, os, signal, sys
    import torch
    import torch.distributed as dist

    dist.init_process_group("gloo")
    model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in range(6):
        if step == 3 and dist.get_rank() == 1:
            if sys.argv[1] == "raise":
                raise ValueError("rank one has no data")     # stops
            if sys.argv[1] == "segv":
                ctypes.string_at(0)                          # stops
            os.kill(os.getpid(), signal.SIGKILL)
        model(torch.ones(4, 4)).sum().backward()
        optimizer.step()
"""


@pytest.mark.parametrize(
    ("how", "code", "name"),
    [
        ("segv", -signal.SIGSEGV, "native-crash"), ("abort", -signal.SIGABRT, "native-crash"), ("SIGUSR1", -signal.SIGUSR1, None),
        ("SIGTERM", -signal.SIGTERM, "interrupted-by-user"), ("exit", 7, None), ("137", 137, None),
    ],
)  # fmt: skip
def test_the_parent_sees_the_same_end(stage, how, code, name):
    script = stage.script(PLAIN)
    bare, guarded = stage.bare(script, how), stage.guarded(script, how)

    assert (guarded.code, guarded.out) == (bare.code, bare.out) == (code, "alive\n")
    assert guarded.name == name
    assert guarded.err.startswith(bare.err)
    assert stage.left_behind == []


SHORT = """
    import os, resource, signal, sys
    import torch
    from torch.utils.data import DataLoader, Dataset

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    class Numbers(Dataset):
        def __len__(self):
            return 40
        def __getitem__(self, index):
            return torch.full((4,), float(index)), index % 2

    model, steps = torch.nn.Linear(4, 2), 0
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    while True:
        for x, y in DataLoader(Numbers(), batch_size=4):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            steps += 1
            if steps == 2345:
                os.kill(os.getpid(), getattr(signal, sys.argv[1]))
"""


@pytest.mark.parametrize(("how", "names"), [("SIGSEGV", ["native-crash"]), ("SIGKILL", ["interrupted-by-user", "host-oom"])])
def test_a_death_after_many_short_steps_is_told_with_its_very_step_and_no_sample(stage, how, names):
    ended = stage.guarded(stage.script(SHORT), how)

    assert (ended.name in names, ended.found["place"]["step"], ended.samples) == (True, 2346, []), ended.err


def test_a_killed_process_is_told_as_such(stage):
    guarded = stage.guarded(stage.script(PLAIN), "SIGKILL")

    assert guarded.code == -signal.SIGKILL
    assert guarded.name in ("interrupted-by-user", "host-oom")
    assert "killed" in guarded.found["headline"]


def test_the_sample_is_named_that_was_being_loaded_when_the_process_was_killed(stage):
    ended = stage.guarded(stage.script(TRAINING), "kill", "0")

    assert ended.name in ("interrupted-by-user", "host-oom")
    assert (ended.samples, ended.found["place"]["step"]) == ([13], 4), ended.err
    assert "while a sample was loaded" in ended.found["headline"] or ended.name == "host-oom"


@pytest.mark.parametrize(
    ("arguments", "code", "name", "line"),
    [
        ("segv 0", -signal.SIGSEGV, "native-crash", "ctypes.string_at(0)"),
        ("memory 0", 1, "host-oom", "bytearray(2**30)"),
        ("segv 1", 1, "worker-killed", ""),
        ("kill 1", 1, "worker-killed", ""),
        ("memory 1", 1, "host-oom", "bytearray(2**30)"),
        ("segv 0 fork", 1, "native-crash", "ctypes.string_at(0)"),
        ("memory 0 spawn", 1, "host-oom", "bytearray(2**30)"),
    ],
)
def test_a_death_while_a_sample_is_loaded_names_the_sample(stage, arguments, code, name, line):
    ended = stage.guarded(stage.script(TRAINING), *arguments.split())

    assert (ended.code, ended.name) == (code, name), ended.err
    assert ended.samples == [13]
    assert ended.found["stage"] == "data"
    assert line in ended.found["place"]["code"]
    if arguments.split()[1] == "0":
        assert ended.found["place"]["step"] == 4
    else:
        assert "worker 0" in ended.found["headline"] or ended.found["name"] == "host-oom"


PICTURES = """
    import os, signal, sys, time
    from pathlib import Path
    import torch
    from torch.utils.data import DataLoader, Dataset, Subset

    class Pictures(Dataset):
        def __init__(self):
            self.files = sorted(Path("pictures").glob("*.pt"))
        def __len__(self):
            return len(self.files)
        def __getitem__(self, index):
            if index == 13:
                os.kill(os.getpid(), signal.SIGKILL)
            return torch.load(self.files[index]), index % 2

    if __name__ == "__main__":
        Path("pictures").mkdir()
        for index in range(20):
            torch.save(torch.rand(4), f"pictures/{index:02}.pt")
        pictures = Subset(Pictures(), range(19, -1, -1)) if sys.argv[1] == "split" else Pictures()
        model = torch.nn.Linear(4, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
        for epoch in range(2):
            for x, y in DataLoader(pictures, batch_size=2, num_workers=int(sys.argv[2])):
                for _ in range(40 if sys.argv[1] == "busy" else 0):
                    time.sleep(0.02)                         # the handler of SIGCHLD raises here
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
"""
LOADED = "for x, y in DataLoader(pictures, batch_size=2, num_workers=int(sys.argv[2])):"


@pytest.mark.parametrize("how", ["waiting", "busy", "split"])
def test_a_worker_that_is_killed_is_told_with_its_samples_file_and_the_loop(stage, how):
    ended = stage.guarded(stage.script(PICTURES), how, "2")
    place = ended.found["place"]

    assert (ended.name, ended.samples, place["samples"][0]["file"]) == ("worker-killed", [13], "pictures/13.pt"), ended.err
    assert (place["code"], place["layer"], ended.found["stage"]) == (LOADED, None, "data")
    assert "loading sample 13" in ended.found["headline"]


def test_a_sample_of_a_split_is_named_where_its_loading_kills_the_process(stage):
    assert stage.guarded(stage.script(PICTURES), "split", "0").samples == [13]


@pytest.mark.parametrize(("how", "line"), [("exit", "os._exit(7)"), ("native", "")])
def test_an_exit_in_the_midst_of_training_keeps_its_code_and_is_told(stage, how, line):
    ended = stage.guarded(stage.script(TRAINING), how, "0")

    assert (ended.code, ended.name, ended.samples) == (7, "hard-exit", [13])
    assert (ended.found["stage"], ended.found["place"]["step"], ended.found["place"]["code"]) == ("data", 4, line)


WATCHED = """
    import os, sys
    import torch

    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def check(step):
        if step == int(sys.argv[1]):
            os._exit(3)

    for step in range(4):
        check(step)
        model(torch.ones(2, 4)).sum().backward()
        optimizer.step()
    check(4)
"""


def test_only_a_loop_that_was_at_work_makes_an_exit_a_finding(stage):
    script = stage.script(WATCHED)
    within, after = stage.guarded(script, "2"), stage.guarded(script, "4")

    assert [(ended.code, ended.name) for ended in (within, after)] == [(3, "hard-exit"), (3, None)]
    assert "after 2 steps" in within.found["headline"]


def test_an_exit_with_something_else_than_a_number_is_refused_as_without_us(stage):
    script = stage.script("import os; os._exit('three')")
    bare, guarded = stage.bare(script), stage.guarded(script)

    assert (guarded.code, guarded.out) == (bare.code, bare.out)
    assert guarded.err.startswith(bare.err)


@pytest.mark.parametrize("looks_every", ["0.1", "4"])
@pytest.mark.parametrize(("how", "name"), [("raise", "user-code-exception"), ("segv", "native-crash"), ("SIGKILL", "interrupted-by-user")])
def test_the_rank_that_died_first_is_told_under_a_launcher(stage, how, name, looks_every):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(port)]
    launcher += ["--monitor-interval", looks_every]  # so seldom that the other rank has lost its connection by then
    ended = stage.guarded("--", *launcher, stage.script(RANKS), how)
    place = ended.found["place"]

    assert ended.code == 1
    assert ended.name == name or (how == "SIGKILL" and ended.name == "host-oom")
    assert (place["rank"], place["step"]) == (1, 4)
    assert "# stops" in place["code"] or how == "SIGKILL"
    assert stage.left_behind == []


def test_a_heartbeat_is_read_back_as_it_was_written(tmp_path):
    page = Page(tmp_path, worker=2, rank=1)
    (first,) = read_all(tmp_path)
    page.handed_out(time.time(), -1)
    page.loads(list(range(1000)))
    page.asked[0] = 7
    page.stepped(1, time.time(), time.time())
    page.end(FAILED)
    (last,) = read_all(tmp_path)

    assert (first.state, first.trains, first.last, first.samples) == (RUNNING, False, None, ())
    assert (last.pid, last.worker, last.rank, last.steps, last.state, last.trains) == (os.getpid(), 2, 1, 1, FAILED, True)
    assert last.last == 7
    assert last.samples == tuple(range(len(last.samples)))
    assert len(last.samples) > 400


def test_a_page_that_is_cut_short_is_left_out(tmp_path):
    (tmp_path / "12-34.beat").write_bytes(b"BEAT")
    (tmp_path / "12-35.beat").write_bytes(bytes(4096))

    assert read_all(tmp_path) == []


DUMP = """Fatal Python error: Segmentation fault

Thread 0x00007f01 (most recent call first):
  File "/x/queue.py", line 5 in get

Current thread 0x00007f02 (most recent call first):
  File "/x/ctypes.py", line 9 in string_at
  File "/x/train.py", line 3 in <module>

Extension modules: numpy (total: 1)
"""


def test_the_stack_of_the_thread_that_died_is_read_outermost_first():
    assert [(frame.name, frame.line) for frame in fatal_stack(DUMP)] == [("<module>", 3), ("string_at", 9)]


def test_the_stack_at_the_first_signal_counts():
    text = 'Stack (most recent call first):\n  File "a.py", line 1 in stuck\nStack (most recent call first):\n  File "b.py", line 2 in tidy\n'

    assert [frame.name for frame in stopped_stack(text)] == ["stuck"]
    assert stopped_stack("") == fatal_stack("") == ()


def test_a_signal_without_a_name_has_a_number():
    assert [signal_name(11), signal_name(99)] == ["SIGSEGV", "signal 99"]
