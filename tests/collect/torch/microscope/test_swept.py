"""A search for the learning rate ends in NaN on purpose; a training whose warm-up leads too high does not."""

import pytest

TRAIN = """
    x = torch.randn(300, 5); y = (x ** 2).sum(1, keepdim=True)
    net = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=LR)
    SCHEDULE
    best = float("inf")
    for i in range(150):
        rows = torch.randint(0, 300, (32,))
        loss = (net(x[rows]) - y[rows]).pow(2).mean()
        best = min(best, loss.item())
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        AFTER
"""
SWEEPS = {
    "by hand": {"LR": "1e-6", "SCHEDULE": "pass", "AFTER": 'optimizer.param_groups[0]["lr"] *= 1.2'},
    "from a list": {"LR": "1e-7", "SCHEDULE": "rates = torch.logspace(-7, 3, 150).tolist()", "AFTER": 'optimizer.param_groups[0]["lr"] = rates[i]'},
    "by a schedule": {"LR": "1e-6", "SCHEDULE": "schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 1.15)", "AFTER": "schedule.step()"},
}
WARM_UPS = {
    "linear": {"LR": "5.0", "SCHEDULE": "schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1e-4, 1.0, 100)", "AFTER": "schedule.step()"},
    "one cycle": {"LR": "1.0", "SCHEDULE": "schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5.0, 150, div_factor=1e4)", "AFTER": "schedule.step()"},
    "by a factor, then constant": {"LR": "2.0", "SCHEDULE": "schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1.0, 0.001 * 3 ** i))", "AFTER": "schedule.step()"},
}


def _source(words):
    source = TRAIN
    for word, text in words.items():
        source = source.replace(word, text)
    return source


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_search_for_the_learning_rate_is_a_note(reported, sweep):
    found, _ = reported(_source(SWEEPS[sweep]))

    assert (found["name"], found["severity"]) == ("lr-too-high", "note")
    assert found["headline"].startswith("the learning rate grew step by step to ")


@pytest.mark.parametrize("warm_up", WARM_UPS)
def test_a_warm_up_that_diverges_is_an_error(reported, warm_up):
    found, _ = reported(_source(WARM_UPS[warm_up]))

    assert (found["name"], found["severity"]) == ("lr-too-high", "error")


def test_a_bad_sample_in_the_search_is_told_as_it_is(reported):
    found, line = reported(_source(SWEEPS["by hand"]).replace("pow(2).mean()", "pow(2).sub(1e9 * (i == 30)).sqrt().mean()"))

    assert (found["name"], found["severity"]) == ("non-finite-loss", "error")
    assert ".sqrt()" in line


RAISED = {
    "one cycle": WARM_UPS["one cycle"],
    "a ratio upside down": {"LR": "1e-3", "SCHEDULE": "schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: (150 / (151 - i)) ** 9)", "AFTER": "schedule.step()"},
}


@pytest.mark.parametrize("schedule", RAISED)
def test_a_schedule_that_has_raised_the_learning_rate_is_told_and_not_the_optimizer(reported, schedule):
    found, line = reported(_source(RAISED[schedule]))

    assert (found["name"], line) == ("lr-too-high", RAISED[schedule]["SCHEDULE"])
    assert found["fix"][0].startswith("The schedule has raised it from ")
    assert found["seen"]["learning rate"].endswith(" at first")


def test_a_schedule_that_leads_up_to_the_optimizers_own_rate_leaves_it_to_the_optimizer(reported):
    found, line = reported(_source(WARM_UPS["by a factor, then constant"]))

    assert line.startswith("optimizer = ")
    assert found["fix"][0].startswith("Lower `lr` of SGD")
