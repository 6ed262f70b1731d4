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


TEACHER = """
    import copy
    student = nn.Sequential(nn.Linear(4, 4), nn.Tanh()); teacher = copy.deepcopy(student).requires_grad_(False)
    sums = {name: torch.zeros_like(value) for name, value in student.state_dict().items()}
    x = torch.rand(48, 4)
    x[20] = ROW
    optimizer = torch.optim.SGD(student.parameters(), 0.01)
    for updates, (a,) in enumerate(DataLoader(TensorDataset(x), 8), BEGIN):
        averaged = {name: value / (1 - 0.9 ** updates) for name, value in sums.items()}
        HAND_ON
        b = a / a.sum(1, keepdim=True)
        with torch.no_grad():
            aim = teacher(b)
        loss = (student(a) - aim).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        for name, value in student.state_dict().items():
            sums[name].mul_(0.9).add_(value.detach(), alpha=0.1)
"""
AVERAGED = "averaged = {name: value / (1 - 0.9 ** updates) for name, value in sums.items()}"


@pytest.mark.parametrize(
    ("begin", "row", "hand_on", "expected"),
    [
        ("0", "1.0", "teacher.load_state_dict(averaged)", ("non-finite-forward", AVERAGED)),
        ("0", "1.0", "[p.data.copy_(averaged[n]) for n, p in teacher.named_parameters()]", ("non-finite-forward", AVERAGED)),
        ("1", "0.0", "teacher.load_state_dict(averaged)", ("normalisation-wrong", "b = a / a.sum(1, keepdim=True)")),
    ],
)
def test_an_average_of_weights_is_no_batch_that_is_prepared(diagnosed, begin, row, hand_on, expected):
    report, _, lines = diagnosed(TEACHER.replace("BEGIN", begin).replace("ROW", row).replace("HAND_ON", hand_on))

    assert told(report, lines)[:2] == expected


def test_an_average_that_has_begun_is_left_in_peace(diagnosed):
    report, _, _ = diagnosed(TEACHER.replace("BEGIN", "1").replace("ROW", "1.0").replace("HAND_ON", "teacher.load_state_dict(averaged)"))

    assert report is None
