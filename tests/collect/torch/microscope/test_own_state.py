"""A state that the step itself writes: what the failed step has put there is not taken for what was there before it."""

import pytest
from tests.collect.torch.microscope.conftest import told

QUEUE = """
    from torch.nn import functional as F
    class Contrast(nn.Module):
        def __init__(self):
            super().__init__()
            self.net, self.at = nn.Linear(4, 3, bias=False), 0
            self.register_buffer("queue", F.normalize(torch.randn(16, 3), dim=1))
        def forward(self, x):
            z = self.net(x)
            z = z / z.norm(dim=1, keepdim=True)
            scores = torch.cat([(z * z.detach()).sum(1, keepdim=True), z @ self.queue.clone().T], 1)
            self.queue[self.at:self.at + len(x)] = z.detach()
            self.at = (self.at + len(x)) % 16
            return F.cross_entropy(scores, torch.zeros(len(x), dtype=torch.long))
    x = torch.rand(32, 4) + 0.1
    x[EMPTY] = 0.0
    model = Contrast(); optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for step, (batch,) in enumerate(DataLoader(TensorDataset(x), batch_size=4)):
        optimizer.zero_grad(); loss = model(batch); loss.backward(); optimizer.step()
        AFTER
"""
CENTRES = """
    class Clusters(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Linear(2, 2)
            self.register_buffer("centres", torch.tensor([[-4.0, 0.0], [4.0, 0.0]]))
        def forward(self, x):
            with torch.no_grad():
                side = torch.cdist(x, self.centres).argmin(1)
                members = nn.functional.one_hot(side, 2).float()
                means = (members.T @ x) / members.sum(0)[:, None]
                self.centres.lerp_(means, 0.1)
            return (self.net(x) - self.centres[side]).square().mean() + (x - self.centres.mean(0)).square().mean()
    side = torch.arange(32) % 2 * 8.0 - 4.0
    side[16:20] = SIDE
    x = torch.stack([side, torch.rand(32)], 1)
    model = Clusters(); optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for (batch,) in DataLoader(TensorDataset(x), batch_size=4):
        optimizer.zero_grad(); loss = model(batch); loss.backward(); optimizer.step()
"""


def test_a_queue_that_the_failed_step_has_filled_is_not_its_cause(diagnosed):
    report, _, lines = diagnosed(QUEUE.replace("EMPTY", "21").replace("AFTER", "pass"))

    assert told(report, lines) == ("non-finite-forward", "z = z / z.norm(dim=1, keepdim=True)", [21])
    assert report.findings[0].place.step == 6
    assert "`queue`, which the step itself writes" in report.findings[0].seen["repeated"]


def test_centres_that_the_step_moves_before_it_reads_them(diagnosed):
    report, _, lines = diagnosed(CENTRES.replace("SIDE", "4.0"))

    assert told(report, lines)[:2] == ("non-finite-forward", "means = (members.T @ x) / members.sum(0)[:, None]")


def test_a_queue_that_was_ruined_between_two_steps_is_told_as_such(diagnosed):
    report, _, _ = diagnosed(QUEUE.replace("EMPTY", "[]").replace("AFTER", "if step == 3: model.queue[9] = model.queue[9] / 0.0 * 0.0"))

    assert report.findings[0].name == "weights-non-finite"


@pytest.mark.parametrize("source", [QUEUE.replace("EMPTY", "[]").replace("AFTER", "pass"), CENTRES.replace("SIDE", "torch.tensor([-4.0, 4.0, -4.0, 4.0])")])
def test_a_state_that_stays_finite_is_left_in_peace(diagnosed, source):
    assert diagnosed(source)[0] is None
