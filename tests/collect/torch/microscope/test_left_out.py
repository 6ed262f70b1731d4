"""Values that the loss leaves out, and that come back through the gradient all the same."""

import pytest
from tests.collect.torch.microscope.conftest import told

PARTLY = """
    x = torch.randn(80, 6); y = x[:, :3] * 2.0; y[torch.rand(80, 3) < 0.4] = float("nan")
    net = nn.Linear(6, 3); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for a, b in DataLoader(TensorDataset(x, y), 16, shuffle=True):
        p = net(a)
        seen = b.isfinite()
        LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
LATE = {
    "by an index": "error = (p - b) ** 2; loss = error[seen].mean()",
    "by where": "error = (p - b) ** 2; loss = torch.where(seen, error, 0.0).mean()",
    "by a sum that skips NaN": "error = (p - b) ** 2; loss = error.nansum() / seen.sum()",
}
IN_TIME = {
    "by an index": "loss = ((p[seen] - b[seen]) ** 2).mean()",
    "by where": "loss = ((p - torch.where(seen, b, p.detach())) ** 2).mean()",
    "without a gradient": "watched = ((p.detach() - b) ** 2)[seen].mean(); loss = ((p[seen] - b[seen]) ** 2).mean() + 0 * watched",
}


@pytest.mark.parametrize("way", LATE)
def test_targets_that_are_left_out_after_the_error_was_computed_are_told_by_that_line(diagnosed, way):
    report, _, lines = diagnosed(PARTLY.replace("LOSS", LATE[way]))

    assert told(report, lines)[:2] == ("non-finite-gradient", LATE[way])
    assert report.findings[0].headline == "`b` holds NaN that the loss leaves out; the gradient is NaN"


@pytest.mark.parametrize("way", IN_TIME)
def test_targets_that_are_left_out_before_it_are_no_mistake(diagnosed, way):
    report, names, _ = diagnosed(PARTLY.replace("LOSS", IN_TIME[way]))

    assert report is None
    assert names["net"].weight.isfinite().all()


def test_missing_values_that_reach_the_loss_are_those_of_the_input(diagnosed):
    report, _, _ = diagnosed(PARTLY.replace("LOSS", "loss = ((p - b) ** 2).mean()"))

    assert report.findings[0].name == "non-finite-input"
