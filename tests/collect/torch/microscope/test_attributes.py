"""What objects hold: a state that goes on from step to step is no data, and what was given is named by the words that lead to it."""

import pytest
from tests.collect.torch.microscope.conftest import told

CARRIED = """
    class Trainer:
        def __init__(self):
            self.cell = nn.Linear(3 + 5, 5); self.state = torch.zeros(4, 5)
            self.optimizer = torch.optim.SGD(self.cell.parameters(), 0.01)
        def forget(self): self.state = self.state.detach()
        def fit(self):
            for step in range(12):
                self.forget()
                x = torch.ones(4, 3) * (1e3 if step == 6 else 1.0)
                self.state = STATE
                loss = self.state.sum(1).square().mean()
                self.optimizer.zero_grad(); loss.backward(); self.optimizer.step()
    Trainer().fit()
"""
STATE = "(1 - torch.exp(self.cell(torch.cat([x, self.state], 1)))) / (1 + torch.exp(self.cell(torch.cat([x, self.state], 1))))"


def test_a_state_that_the_failing_step_has_left_is_not_taken_for_data(reported):
    found, _ = reported(CARRIED.replace("STATE", STATE))

    assert (found["name"], found["confidence"]) == ("non-finite-loss", "possible")
    assert found["seen"]["repeated"] == "it begins with what the step itself has made before"


GRAPH = """
    class Graph:
        def __init__(self):
            self.x = torch.randn(30, 4); self.near = (torch.rand(30, 30) < 0.2).float(); self.near[7] = 0
            self.near = self.near / self.near.sum(1, keepdim=True)
    def train(graph, net, optimizer):
        for epoch in range(4):
            KEEP
            loss = net(graph.near @ graph.x).square().mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    net = nn.Linear(4, 2)
    train(Graph(), net, torch.optim.SGD(net.parameters(), 0.01))
"""


@pytest.mark.parametrize("keep", ["pass", "graph.near.requires_grad_(); graph.rows = graph.near[:9]"])
def test_what_an_object_holds_is_named_by_its_attribute(diagnosed, keep):
    report, _, lines = diagnosed(GRAPH.replace("KEEP", keep))

    assert told(report, lines)[:2] == ("non-finite-input", "loss = net(graph.near @ graph.x).square().mean()")
    assert report.findings[0].headline.startswith("`graph.near` holds NaN")
