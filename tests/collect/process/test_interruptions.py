"""Ctrl-C and its kin reach the run once, end it at once, and a run that stood still is told of."""

import os
import pty
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

MOVING = """
    import time
    print("ready", flush=True)
    while True:
        time.sleep(0.01)
"""

SAVES = """
    import signal, sys, time
    got = []
    signal.signal(signal.SIGINT, lambda number, frame: got.append(number))
    signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
    print("ready", flush=True)
    while not got:
        time.sleep(0.01)
    time.sleep(0.8)
    print("saved after", len(got), flush=True)
    sys.exit(3)
"""

STUCK = """
    import socket, sys, time
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Numbers(Dataset):
        def __len__(self):
            return 64
        def __getitem__(self, index):
            if HOW == "worker" and index == 21:
                print("ready", flush=True)
                time.sleep(600)                              # stands here
            return torch.ones(4)

    HOW = sys.argv[1]
    a, b = socket.socketpair()
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step, x in enumerate(DataLoader(Numbers(), batch_size=4, num_workers=int(HOW == "worker"))):
        model(x).sum().backward()
        optimizer.step()
        if step == 4 and HOW != "worker":
            print("ready", flush=True)
            if HOW == "socket":
                a.makefile().read(1)                         # stands here
            while HOW == "loop": step += 0                   # stands here
"""


class Run:
    """A guarded run in a session and on a terminal of its own."""

    def __init__(self, stage, *arguments, command=None):
        self.stage = stage
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command or [*stage.run, *arguments], cwd=stage.folder, env=stage.environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""
        self.read_to("ready")

    def read_to(self, word=None):
        while word is None or word not in self.shown:
            try:
                piece = os.read(self.terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            self.shown += piece.decode(errors="replace")

    @property
    def child(self):
        """The process that runs the script."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            return int(children.read().split()[0])

    def stop(self, how, number=signal.SIGINT):
        """Send the signal in one of the ways in which it is sent; gives the seconds until the end, and what was reported."""
        time.sleep(0.2)
        began = time.monotonic()
        if how == "terminal":
            os.write(self.terminal, b"\x03")
        elif how == "group":
            os.killpg(self.process.pid, number)
        else:
            os.kill(self.process.pid if how == "us alone" else self.child, number)
        self.read_to()
        code = self.process.wait(20)
        os.close(self.terminal)
        return time.monotonic() - began, code


def report(stage):
    import json

    return json.loads(stage.report.read_text())["findings"][0]


def nothing_is_left(run):
    assert run.stage.left_behind == []
    with pytest.raises(ProcessLookupError):
        os.killpg(run.process.pid, 0)


@pytest.mark.parametrize("how", ["terminal", "group", "us alone", "child"])
def test_a_moving_run_ends_at_once_as_without_us(stage, how):
    run = Run(stage, stage.script(MOVING))
    seconds, code = run.stop(how)
    found = report(stage)

    assert seconds < 2
    assert code == -signal.SIGINT
    assert (found["name"], found["severity"]) == ("interrupted-by-user", "note")
    assert run.shown.count("\nKeyboardInterrupt") == 1
    nothing_is_left(run)


@pytest.mark.parametrize("how", ["terminal", "group", "us alone", "child"])
def test_a_handler_of_the_users_gets_one_signal(stage, how):
    run = Run(stage, stage.script(SAVES))
    _, code = run.stop(how)

    assert code == 3
    assert "saved after 1" in run.shown
    nothing_is_left(run)


@pytest.mark.parametrize("how", ["group", "us alone"])
def test_a_request_to_end_is_passed_on_once(stage, how):
    saving = Run(stage, stage.script(SAVES))
    _, saved = saving.stop(how, signal.SIGTERM)
    plain = Run(stage, stage.script(MOVING))
    _, ended = plain.stop(how, signal.SIGTERM)

    assert (saved, ended) == (3, -signal.SIGTERM)
    assert "saved after 1" in saving.shown
    assert report(stage)["headline"].startswith("stopped by a request to end (SIGTERM)")
    nothing_is_left(plain)


@pytest.mark.parametrize(
    ("stuck", "how", "name"), [("worker", "terminal", "hang-worker"), ("loop", "us alone", "endless-loop"), ("socket", "group", "hang-io")]
)
def test_a_run_that_stands_still_is_told_with_the_line(stage, stuck, how, name):
    script = stage.script(STUCK)
    run = Run(stage, script, stuck)
    time.sleep(5.5)
    seconds, code = run.stop(how)
    found = report(stage)

    assert seconds < 2
    assert code == -signal.SIGINT
    assert found["name"] == name
    assert found["place"]["code"].endswith("# stands here")
    nothing_is_left(run)
