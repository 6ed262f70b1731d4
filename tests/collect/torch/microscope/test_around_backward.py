"""What stands around the backward may raise in a repeat, where nothing outside can be touched: the repeat is over, or the loss is there already."""

import pytest

LOOP = """
    import os, subprocess, sys, tempfile
    x = torch.rand(48, 2) + 0.1; x[21, 0] = -1.0
    net = nn.Linear(2, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    held = 0
    for (a,) in DataLoader(TensorDataset(x), 8):
        optimizer.zero_grad()
        STEP
        optimizer.step()
    print(held)
"""
SENT = 'subprocess.run([sys.executable, "-c", ""], check=True)'
STEPS = {
    "a folder that is removed": """
        with tempfile.TemporaryDirectory() as folder:
            loss = net(a.log()).mean()
            loss.backward()""",
    "a process in the end": f"""
        try:
            loss = net(a.log()).mean()
            loss.backward()
        finally:
            {SENT}""",
    "a bare except": """
        try:
            loss = net(a.log()).mean()
            loss.backward()
        except:
            held += 1
            raise OSError""",
    "a metric that is sent before": f"""
        loss = net(a.log()).mean()
        {SENT}
        loss.backward()""",
}


@pytest.mark.parametrize("step", STEPS)
def test_the_step_is_told_whatever_the_statements_around_it_raise(findings, step):
    found, lines, ended = findings(LOOP.replace("STEP", STEPS[step].strip()))

    place = found[0]["place"]
    assert (found[0]["name"], lines[place["line"] - 1].strip()) == ("non-finite-forward", "loss = net(a.log()).mean()")
    assert [sample["index"] for sample in place["samples"]] == [21]
    assert found[0]["seen"]["repeated"] == "the step came out bit for bit the same"
    assert ended.stdout == "0\n"


def test_a_finite_loss_before_a_statement_that_raises_is_none(silent):
    silent(LOOP.replace("STEP", STEPS["a metric that is sent before"].strip()).replace("x[21, 0] = -1.0", "").replace("print(held)", ""))
