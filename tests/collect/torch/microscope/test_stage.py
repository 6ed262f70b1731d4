"""A module of the user's that is a loss is told as one, whatever it is called; parts of the model are not."""

import pytest
from tests.collect.torch.microscope.conftest import told

PARTS = """
    class Balanced(nn.Module):
        def forward(self, p, y): return ((p - y).abs() / y.sum()).mean()
    class Attend(nn.Module):
        def forward(self, q, k): return q / k.sum(1, keepdim=True)
    class Unit(nn.Module):
        def forward(self, x): return x / x.mul(0).sum(1, keepdim=True)
    class Learned(Balanced):
        def __init__(self): super().__init__(); self.scale = nn.Parameter(torch.ones(()))
    first, last = nn.Linear(4, 4), nn.Linear(4, 4)
    x, y = torch.rand(64, 4), torch.rand(64, 4); y[40:48] = 0; x[40:48] = 0
    optimizer = torch.optim.SGD([*first.parameters(), *last.parameters()], 0.01)
    for a, b in DataLoader(TensorDataset(x, y), 8):
        out = OUT
        loss = LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
SQUARES = "(out - b).square().mean()"


@pytest.mark.parametrize(
    ("out", "loss", "name"),
    [
        ("first(a)", "Balanced()(out, b)", "non-finite-loss"),
        ("first(a)", "Balanced()(b, out * 0) * 2", "non-finite-loss"),
        ("first(a)", "Learned()(out, b)", "non-finite-forward"),
        ("last(Attend()(first(a), b))", SQUARES, "non-finite-forward"),
        ("Unit()(first(a))", SQUARES, "non-finite-forward"),
    ],
)
def test_a_module_that_compares_the_models_answer_is_the_loss(diagnosed, out, loss, name):
    report, _, lines = diagnosed(PARTS.replace("OUT", out).replace("LOSS", loss))

    assert told(report, lines)[0] == name
