"""A step that is looked at takes seconds: no time limit of the program's runs out meanwhile, and no warning is shown anew."""

import signal
import time
import warnings

import pytest

from stepscope.collect.torch.forked.fork import ask
from stepscope.collect.torch.forked.undisturbed import undisturbed


class Late(Exception):
    pass


@pytest.fixture
def limit():
    def late(*_):
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_time_limit_stands_still_and_goes_on(limit):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    with undisturbed():
        time.sleep(0.5)
    with pytest.raises(Late):
        time.sleep(5)


def test_a_signal_waits_and_what_its_handler_raises_is_the_programs(limit):
    done = []

    def work():
        with undisturbed():
            signal.raise_signal(signal.SIGALRM)
            done.append(True)

    with pytest.raises(Late):
        work()
    assert done
    with pytest.raises(Late):
        signal.raise_signal(signal.SIGALRM)


def test_a_limit_that_the_work_itself_has_set_is_gone(limit):
    with undisturbed():
        signal.setitimer(signal.ITIMER_REAL, 0.2)
    time.sleep(0.3)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_warning_that_was_shown_is_not_shown_again_after_a_fork():
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for _ in range(3):
            warnings.warn("once", stacklevel=1)
            assert ask(lambda keep: b"answer", 10) == b"answer"
    assert [str(each.message) for each in shown] == ["once"]


def test_a_step_within_a_time_limit_stays_within_it(findings):
    source = """
        import signal
        class Late(Exception): pass
        def late(*_): raise Late
        signal.signal(signal.SIGALRM, late)
        x = torch.rand(40, 2); x[9, 0] = -1.0
        net = nn.Linear(2, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
        for (a,) in DataLoader(TensorDataset(x), 8):
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            loss = net(a.log()).mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
            left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
            print(left > 0)
    """
    found, _, ended = findings(source)

    assert found
    assert ended.stdout.split() == ["True"] * 5
