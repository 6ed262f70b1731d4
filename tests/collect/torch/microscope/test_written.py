"""The line that wrote NaN into a weight is told where nothing else can have done it."""

import pytest
from tests.collect.torch.microscope.conftest import told

LOOP = """
    net = nn.Linear(6, 3); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    average = nn.Linear(6, 3)
    def begin(layer):
        layer.weight.data.normal_(0, 0.3)
        layer.bias.data.fill_(-1.0)
    begin(net)
    for step in range(1, 41):
        x = torch.randn(4, 6)
        y = net(x).detach() if step == SAME else x[:, :3]
        loss = LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        with torch.no_grad():
            zero = torch.tensor(float(step != 30))
            for mean, p in zip([average.weight], net.parameters()):
                mean.mul_(0.9).add_(p, alpha=0.1)
            WRITES
"""
SQUARES, ROOT = "(net(x) - y).square().mean()", "(net(x) - y).square().sum(1).sqrt().mean()"
WRITERS = [
    "net.weight.div_(zero)",
    "net.weight.data = net.weight.data / zero",
    "net.weight /= zero",
    "[p.copy_(p) for p in ()]; net.weight[1] /= zero",
    "net.weight.mul_(1.0); net.weight.copy_(\n                net.weight / zero)",
]


@pytest.mark.parametrize("writes", WRITERS)
def test_the_line_that_ruins_a_weight_is_told(reported, writes):
    found, line = reported(LOOP.replace("WRITES", writes).replace("LOSS", SQUARES).replace("SAME", "0"))

    assert found["name"] == "weights-non-finite"
    assert line in [part.strip() for part in writes.split("\n")]


def test_a_bad_gradient_that_nobody_read_is_told_and_no_line_blamed(diagnosed):
    report, _, lines = diagnosed(LOOP.replace("WRITES", "").replace("LOSS", ROOT).replace("SAME", "30"), budget=0.0)

    assert told(report, lines)[:2] == ("non-finite-gradient", f"loss = {ROOT}")
    assert "averages of Adam" in report.findings[0].seen["gradient"]
    assert report.findings[0].place.step == 31


def test_decay_that_holds_weights_in_the_averages_proves_nothing(diagnosed):
    source = LOOP.replace("1e-3)", "1e-3, weight_decay=0.1)").replace("WRITES", "").replace("LOSS", ROOT).replace("SAME", "30")
    report, _, lines = diagnosed(source, budget=0.0)

    assert told(report, lines)[:2] == ("weights-non-finite", f"loss = {ROOT}")
