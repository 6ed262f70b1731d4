"""An update that is left out leaves the weights as they were, but not the averages of a batch norm, which the forward pass has moved."""

import pytest

TRAINING = """
    rows = torch.rand(64, 4) + 0.1
    rows[BAD, 2] = float("nan")
    net = nn.Sequential(nn.Linear(4, 4), NORM, nn.Linear(4, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    good = {name: value.clone() for name, value in net.state_dict().items()}
    for epoch in range(2):
        for (x,) in DataLoader(TensorDataset(rows), batch_size=8):
            loss = net(x).square().mean()
            optimizer.zero_grad()
            if not torch.isfinite(loss):
                loss.backward()
                CARE
                continue
            loss.backward()
            optimizer.step()
"""
SCALED = """
    rows = torch.rand(64, 4) + 0.1
    rows[37, 2] = float("nan")
    net = nn.Sequential(nn.Linear(4, 4), NORM, nn.Linear(4, 1))
    optimizer, scaler = torch.optim.SGD(net.parameters(), lr=1e-3), torch.amp.GradScaler("cpu", init_scale=8.0)
    for (x,) in DataLoader(TensorDataset(rows), batch_size=8):
        optimizer.zero_grad()
        scaler.scale(net(x).square().mean()).backward()
        scaler.step(optimizer)
        scaler.update()
"""


def training(source=TRAINING, norm="nn.BatchNorm1d(4)", bad=37, care="pass"):
    return source.replace("NORM", norm).replace("BAD", str(bad)).replace("CARE", care)


@pytest.mark.parametrize("source", [training(), training(bad=63), training(SCALED)], ids=["left out", "in the last step", "by a scaler"])
def test_averages_that_a_step_has_spoiled_are_told_though_its_update_is_left_out(diagnosed, source):
    report, _, _ = diagnosed(source)
    found = report.findings[0]

    assert (len(report.findings), found.name, len(found.place.samples)) == (1, "non-finite-input", 1)
    assert "`1.running_mean`" in found.seen["left behind"]


@pytest.mark.parametrize(
    "source",
    [
        training(norm="nn.LayerNorm(4)"),
        training(norm="nn.BatchNorm1d(4, track_running_stats=False)"),
        training(norm="nn.BatchNorm1d(4).eval()"),
        training(care="net.load_state_dict(good)"),
        training(SCALED, norm="nn.LayerNorm(4)"),
    ],
    ids=["no averages", "none kept", "frozen", "put back", "by a scaler"],
)
def test_a_step_that_is_left_out_whole_is_silent(diagnosed, source):
    report, _, _ = diagnosed(source)

    assert report is None


def test_it_ends_no_run_that_leaves_its_bad_steps_out(diagnosed):
    report, names, _ = diagnosed(training(), on_nonfinite="stop")

    assert "left behind" in report.findings[0].seen
    assert names["epoch"] == 1


def test_averages_that_are_given_back_are_not_told(diagnosed):
    report, names, _ = diagnosed(training(), on_nonfinite="skip")

    assert report is None
    assert names["net"][1].running_mean.isfinite().all()
