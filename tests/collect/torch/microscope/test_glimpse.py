"""Where the gradients of a step are not all read, one of them tells that they are bad."""

import pytest
from tests.collect.torch.microscope.conftest import told

from stepscope.collect.torch.microscope.watching.glimpse import LARGEST, Glimpse
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL

SHORT = """
    x = torch.rand(3502 * 8, 4) + 0.1
    x[3500 * 8 + 5] = 0.0
    net = nn.Sequential(nn.Linear(4, 8, bias=False), nn.Linear(8, 2, bias=False)); optimizer = torch.optim.SGD(net.parameters(), 0.001)
    for step in range(3502):
        a = x[step * 8:step * 8 + 8]
        loss = net(a).square().sum(1).sqrt().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


BY_HAND = SHORT.replace("; optimizer = torch.optim.SGD(net.parameters(), 0.001)", "").replace(
    "optimizer.zero_grad(); loss.backward(); optimizer.step()",
    "net.zero_grad(); loss.backward()\n        with torch.no_grad():\n            for p in net.parameters(): p -= 0.001 * p.grad",
)


@pytest.mark.parametrize("source", [SHORT, BY_HAND])
def test_a_bad_gradient_of_a_late_short_step_is_followed_to_its_origin(diagnosed, source, monkeypatch):
    monkeypatch.setattr(SENTINEL.gradients, "has_optimizer", False)  # other tests of this process have built some
    report, _, lines = diagnosed(source, budget=0.001)

    assert SENTINEL.gradients.share(SENTINEL.backwards) < 0.9
    assert told(report, lines) == ("non-finite-gradient", "loss = net(a).square().sum(1).sqrt().mean()", [3500 * 8 + 5])
    assert report.findings[0].place.step == 3501


def test_gradients_whose_sum_overflows_are_finite(diagnosed):
    report, names, _ = diagnosed(
        """
    net = nn.Linear(4, 4, bias=False); optimizer = torch.optim.SGD(net.parameters(), 1e-45)
    for step in range(2000):
        loss = 1e38 * net.weight.sum()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
        budget=0.001,
    )

    gradient = names["net"].weight.grad
    assert gradient.isfinite().all()
    assert gradient.sum().isinf()
    assert report is None


@pytest.fixture
def net():
    nn = pytest.importorskip("torch").nn
    return nn.Sequential(nn.Embedding(LARGEST, 4), nn.Linear(4, 3), nn.Linear(3, 2, bias=False))


def backward(net):
    import torch

    net(torch.tensor([1, 2])).sum().backward()
    return list(net.parameters())


def test_the_smallest_of_the_first_parameters_is_read(net):
    glimpse = Glimpse()
    glimpse.choose([backward(net)])
    assert not glimpse.shows_bad()
    net[0].weight.grad.fill_(float("nan"))
    assert not glimpse.shows_bad()
    net[1].bias.grad[1] = float("inf")
    assert glimpse.shows_bad()


def test_a_gradient_that_cannot_be_added_up_is_left_alone(net):
    glimpse, parameters = Glimpse(), backward(net)
    glimpse.choose([parameters])
    parameters[2].grad = None
    parameters[2].data = parameters[2].data.to(pytest.importorskip("torch").float8_e4m3fn)
    parameters[2].grad = parameters[2].detach().clone()
    assert not glimpse.shows_bad()


def test_a_model_is_not_held(net):
    import gc
    import weakref

    glimpse = Glimpse()
    glimpse.choose([backward(net)])
    gone = weakref.ref(net[1].bias)
    del net[1]
    gc.collect()
    assert gone() is None
    assert not glimpse.shows_bad()
