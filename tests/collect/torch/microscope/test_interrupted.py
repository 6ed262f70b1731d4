"""What ends the user's step while we look at it is the user's: Ctrl-C, and what a handler of a signal raises."""

import pytest

SLOW = """
    import os, signal, traceback
    from time import sleep

    def over(*_):
        raise TimeoutError("this step took too long")

    signal.signal(signal.SIGALRM, over)
    own = os.getpid()
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(4, 1)
        def forward(self, x):
            if os.getpid() != own:
                sleep(2.5)
            return self.head(torch.log(x))
    x = torch.rand(32, 4) + 0.1
    x[19] = -1
    net = Net(); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for (x,) in DataLoader(TensorDataset(x), batch_size=8):
        loss = net(x).square().mean()
        try:
            if not loss.isfinite():
                RINGS
            loss.backward()
            sleep(3 * (not loss.isfinite()))
        except RAISED as problem:
            print(type(problem).__name__, [frame.name for frame in traceback.extract_tb(problem.__traceback__) if "stepscope/" in frame.filename])
            break
        optimizer.step(); optimizer.zero_grad()
"""


@pytest.mark.parametrize(
    ("rings", "raised"),
    [
        ("signal.setitimer(signal.ITIMER_REAL, 1)", "TimeoutError"),
        ("signal.signal(signal.SIGALRM, signal.default_int_handler); signal.setitimer(signal.ITIMER_REAL, 1)", "KeyboardInterrupt"),
    ],
    ids=["handler", "ctrl-c"],
)
def test_what_a_signal_raises_while_a_step_is_looked_at_reaches_the_users_own_code(findings, rings, raised):
    _, _, ended = findings(SLOW.replace("RINGS", rings).replace("RAISED", raised))

    assert (ended.returncode, ended.stdout) == (0, f"{raised} []\n")
    assert "could not look" not in ended.stderr
