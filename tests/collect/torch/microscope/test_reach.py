"""What a bad step comes to: what was broken before it, and what another loss has moved, are not its doing."""

import pytest

TABLE = """
    index = torch.randint(0, 10, (48,)); target = torch.rand(48); target[13] = float("nan")
    table, head = nn.Embedding(11, 4), nn.Linear(4, 1)
    with torch.no_grad(): table.weight[10] = float("nan")
    weights = [*table.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(weights, 0.1)
    for i, y in DataLoader(TensorDataset(index, target), 8):
        optimizer.zero_grad()
        ((head(table(i)).squeeze(1) - y) ** 2).mean().backward()
        if torch.isfinite(nn.utils.clip_grad_norm_(weights, 1.0)) or KEPT:
            optimizer.step()
"""
TWO = """
    x = torch.rand(48, 3); x[13, 0] = -1.0
    one, other = nn.Linear(2, 1), nn.Linear(2, 1)
    first, second = (torch.optim.Adam(net.parameters(), 0.01) for net in (one, other))
    for (a,) in DataLoader(TensorDataset(x), 8):
        first.zero_grad(); second.zero_grad()
        one(a[:, 1:]).square().mean().backward()
        loss = (other(a[:, 1:]).squeeze(1) * a[:, 0].log()).mean()
        loss.backward()
        first.step()
        if torch.isfinite(loss) or KEPT:
            second.step()
    moved = one.weight.detach().clone()
"""
ASKED = """
    idle = torch.optim.SGD(nn.Linear(2, 1).parameters(), 0.1)
    w, rate = torch.full((3,), 0.5), 64.0
    def energy(w): return (w - w.sqrt()).sum()
    for _ in range(4):
        now = w.clone().requires_grad_()
        gradient, = torch.autograd.grad(energy(now), now)
        while True:
            tried = (w - rate * gradient).requires_grad_()
            value = energy(tried); torch.autograd.grad(value, tried)
            if value.isfinite() or KEPT: break
            rate /= 2
        w = tried.detach()
"""


@pytest.mark.parametrize("source", [TABLE, TWO, ASKED], ids=["a row of NaN", "another's update", "a trial that is refused"])
def test_what_is_left_out_is_silent_and_what_is_kept_is_told(diagnosed, source):
    assert diagnosed(source.replace("KEPT", "False"))[0] is None
    report, _, _ = diagnosed(source.replace("KEPT", "True"))
    assert report.findings[0].code.startswith("NUM")


def test_skip_drops_no_update_of_another_loss(diagnosed):
    _, bare, _ = diagnosed(TWO.replace("KEPT", "False"))
    report, names, _ = diagnosed(TWO.replace("KEPT", "True"), on_nonfinite="skip")

    assert report.findings
    assert names["moved"].equal(bare["moved"])
    assert names["other"].weight.isfinite().all()
