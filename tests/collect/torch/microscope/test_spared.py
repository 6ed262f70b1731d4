"""A loss that is not finite while its gradients are: the weights are spared, the batch is lost and so is each average of the losses."""

import pytest
from tests.collect.torch.microscope.conftest import told

TRAIN = """
    x = torch.rand(64, 4); y = x.sum(1, keepdim=True); known = torch.rand(64) > 0.3; known[16:24] = False
    net = nn.Linear(4, 1); optimizer = torch.optim.OPTIMIZER
    for i in range(0, 64, 8):
        a, b, keep = x[i:i + 8], y[i:i + 8], known[i:i + 8]
        loss = (net(a)[keep] - b[keep]).square().mean()
        BEFORE
        optimizer.zero_grad(); loss.backward()
        optimizer.step()
"""
OPTIMIZERS = ["SGD(net.parameters(), 0.01)", "SGD(net.parameters(), 0.01, momentum=0.9)", "Adam(net.parameters(), 0.01)"]
TAKEN_CARE_OF = {
    "the batch left out": "if not keep.any(): continue",
    "the loss replaced": "loss = torch.nan_to_num(loss)",
    "the step left out": "if not torch.isfinite(loss): optimizer.zero_grad(); continue",
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_mean_over_nothing_is_told_whatever_the_optimizer(diagnosed, optimizer):
    report, _, lines = diagnosed(TRAIN.replace("OPTIMIZER", optimizer).replace("BEFORE", "pass"))

    assert told(report, lines)[:2] == ("non-finite-loss", "loss = (net(a)[keep] - b[keep]).square().mean()")
    assert report.findings[0].seen["its gradients"].startswith("finite all the same")


@pytest.mark.parametrize("care", TAKEN_CARE_OF)
def test_a_mean_over_nothing_that_is_taken_care_of_is_not_told(diagnosed, care):
    report, _, _ = diagnosed(TRAIN.replace("OPTIMIZER", OPTIMIZERS[0]).replace("BEFORE", TAKEN_CARE_OF[care]))

    assert report is None


def test_a_step_left_out_after_its_backward_is_not_told(diagnosed):
    source = TRAIN.replace("OPTIMIZER", OPTIMIZERS[0]).replace("BEFORE", "pass").replace("loss.backward()", "loss.backward()\n        if loss.isnan(): continue")

    report, _, _ = diagnosed(source)

    assert report is None


def test_gradients_that_are_not_finite_are_not_said_to_be(diagnosed):
    source = TRAIN.replace("OPTIMIZER", OPTIMIZERS[0]).replace("BEFORE", "loss = loss.nan_to_num() + (net(a) * (0.1 - a).log()).mean()")

    report, _, lines = diagnosed(source)

    assert told(report, lines)[0] == "non-finite-loss"
    assert "its gradients" not in report.findings[0].seen


STEEP = """
    x = torch.rand(64, 4); y = torch.arange(64) % 3
    net = nn.Linear(4, 3); optimizer = torch.optim.SGD(net.parameters(), RATE)
    for i in range(0, 64, 8):
        loss = nn.functional.cross_entropy(net(x[i:i + 8]) * FACTOR, y[i:i + 8])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize(("rate", "spared"), [("0.1", False), ("1e-37", True)])
def test_weights_that_finite_gradients_have_ruined_are_not_said_to_be_spared(diagnosed, rate, spared):
    report, _, lines = diagnosed(STEEP.replace("RATE", rate).replace("FACTOR", "3e38"))

    assert told(report, lines)[0] == "non-finite-loss"
    assert ("its gradients" in report.findings[0].seen) is spared


BARRED = """
    x, y = torch.rand(60, 4), torch.arange(60) % 3
    allowed = torch.ones(60, 4, dtype=torch.bool); allowed[:, 3] = False; MASK
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for a, b, m in DataLoader(TensorDataset(x, y, allowed), 6, shuffle=True):
        loss = nn.functional.cross_entropy(net(a).masked_fill(~m, -torch.inf), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_a_label_at_a_class_that_is_masked_is_told_with_its_sample_and_what_went_in(diagnosed):
    report, _, lines = diagnosed(BARRED.replace("MASK", "allowed[40, 1] = False"))

    assert told(report, lines)[::2] == ("non-finite-loss", [40])
    assert "infinite" in report.findings[0].seen["went in"]
    assert "mask no class" in report.findings[0].fix[0]


def test_classes_masked_that_no_label_names_are_not_told(diagnosed):
    assert diagnosed(BARRED.replace("MASK", "allowed[40, 2] = False"))[0] is None


GATHERED = """
    x = torch.rand(96, 4); y = x.sum(1, keepdim=True); known = torch.rand(96) > 0.3; known[START:START + 4] = False
    net = nn.Linear(4, 1); optimizer = torch.optim.OPTIMIZER
    for i in range(0, 96, 4):
        a, b, keep = x[i:i + 4], y[i:i + 4], known[i:i + 4]
        loss = (net(a)[keep] - b[keep]).square().mean() / 4
        loss.backward()
        CARE
        if i % 16 == 12:
            optimizer.step(); optimizer.zero_grad()
"""
CLEARED = {
    "left out before its backward": ("loss.backward()", "if loss.isnan(): continue\n        loss.backward()"),
    "cleared": ("CARE", "if loss.isnan(): optimizer.zero_grad()"),
    "set to zero": ("CARE", "if loss.isnan(): optimizer.zero_grad(set_to_none=False)"),
    "no step in which losses are gathered": ("if i % 16 == 12:", "if not loss.isnan():"),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("start", [48, 52, 60])
def test_a_mean_over_nothing_among_losses_that_are_gathered_is_told(diagnosed, start, optimizer):
    report, _, lines = diagnosed(GATHERED.replace("OPTIMIZER", optimizer).replace("START", str(start)).replace("CARE", "pass"))

    assert told(report, lines)[:2] == ("non-finite-loss", "loss = (net(a)[keep] - b[keep]).square().mean() / 4")
    assert report.findings[0].seen["its gradients"].startswith("finite all the same")


@pytest.mark.parametrize("start", [48, 52])
@pytest.mark.parametrize("care", CLEARED)
def test_one_among_losses_that_are_gathered_is_not_told_where_it_is_taken_care_of(diagnosed, start, care):
    source = GATHERED.replace("OPTIMIZER", OPTIMIZERS[0]).replace("START", str(start)).replace(*CLEARED[care]).replace("CARE", "pass")

    assert diagnosed(source)[0] is None
