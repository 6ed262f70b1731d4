"""Updates that are dropped (`on_nonfinite="skip"`): whoever takes the gradients of the bad batch, weights and averages are as if that batch had not been."""

import pytest
import torch
from torch import nn

import stepscope
from stepscope.collect.torch.microscope.watching.dropped import Dropped

BEGIN = """
    torch.manual_seed(0)
    x = torch.rand(60, 4) + 0.1; y = torch.arange(60) % 3; x[BAD] = VALUE
    net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))
    def loss(rows): return nn.functional.cross_entropy(net(x[rows]), y[rows]) + x[rows].square().mean()
    moved = []
"""
EACH = """
    for rows in torch.arange(60).split(10):
        if SKIPPED == int(rows[0]): continue
        before = net[3].weight.detach().clone()
"""
TAKERS = {
    "an optimizer for each half of a net": """
    first, last = torch.optim.Adam(net[:2].parameters(), 0.1), torch.optim.SGD(net[2:].parameters(), 0.1, momentum=0.9)
    EACH
        first.zero_grad(); last.zero_grad()
        loss(rows).backward()
        first.step(); last.step()
        moved.append(not net[3].weight.equal(before))
    """,
    "an optimizer for each weight, within the backward": """
    each = {p: torch.optim.Adam([p], 0.1) for p in net.parameters()}
    def update(p): each[p].step(); each[p].zero_grad()
    for p in net.parameters(): p.register_post_accumulate_grad_hook(update)
    EACH
        loss(rows).backward()
        moved.append(not net[3].weight.equal(before))
    """,
    "an optimizer with a hook of its own": """
    optimizer = torch.optim.Adam(net.parameters(), 0.1); stepped = []
    optimizer.register_step_pre_hook(lambda *_: stepped.append(1))
    EACH
        optimizer.zero_grad()
        loss(rows).backward()
        optimizer.step()
        moved.append(not net[3].weight.equal(before))
    assert len(optimizer._optimizer_step_pre_hooks) == 1 and len(stepped) == len(moved)
    """,
    "an optimizer that asks each weight for its gradient": """
    class Heavy(torch.optim.Optimizer):
        def __init__(self, parameters): super().__init__(parameters, {})
        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                assert group["params"][0].device.type == "cpu"
                for p in group["params"]:
                    held = self.state[p].setdefault("velocity", torch.zeros_like(p))
                    p.sub_(0.1 * held.mul_(0.9).add_(p.grad))
    optimizer = Heavy(net.parameters())
    EACH
        optimizer.zero_grad()
        loss(rows).backward()
        optimizer.step()
        moved.append(not net[3].weight.equal(before))
    """,
}


def source(body, bad, value, left_out=-1):
    told = (BEGIN + body.replace("    EACH\n", EACH)).replace("BAD", str(bad)).replace("VALUE", value)
    return told.replace("SKIPPED", str(left_out))


def floats(net):
    return [value for value in net.state_dict().values() if value.is_floating_point()]


@pytest.mark.parametrize("value", ['float("nan")', "1e25"], ids=["nan", "huge"])
@pytest.mark.parametrize("body", TAKERS.values(), ids=TAKERS)
def test_all_who_take_the_gradients_of_a_bad_batch_leave_it_out(diagnosed, body, value):
    report, names, _ = diagnosed(source(body, 24, value), on_nonfinite="skip")
    nothing, without, _ = diagnosed(source(body, 24, value, left_out=20))

    assert (len(report.findings), nothing) == (1, None)
    assert names["moved"] == [True, True, False, True, True, True]
    assert all(one.equal(other) for one, other in zip(floats(names["net"]), floats(without["net"]), strict=True))
    assert all(p.grad is not None for p in names["net"].parameters()) or "each" in names


@pytest.mark.parametrize("body", TAKERS.values(), ids=TAKERS)
def test_a_clean_run_is_the_same(diagnosed, body):
    report, names, _ = diagnosed(source(body, 24, "0.5"), on_nonfinite="skip")
    _, bare, _ = diagnosed(source(body, 24, "0.5"))

    assert report is None
    assert all(one.equal(other) for one, other in zip(floats(names["net"]), floats(bare["net"]), strict=True))


def test_each_bad_batch_in_a_row_is_told(diagnosed):
    body = TAKERS["an optimizer for each half of a net"]
    report, names, _ = diagnosed(source(body, [24, 35], 'float("nan")'), on_nonfinite="skip")

    assert names["moved"] == [True, True, False, False, True, True]
    assert [finding.place.step for finding in report.findings[:1]] == [3]
    assert all(value.isfinite().all() for value in floats(names["net"]))


def test_averages_of_a_copy_that_is_kept_beside_stay_as_they_are(diagnosed):
    body = """
    from torch.optim.swa_utils import AveragedModel
    copy = AveragedModel(net, use_buffers=True); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    EACH
        optimizer.zero_grad(); loss(rows).backward(); optimizer.step()
        if int(rows[0]) != 20: copy.update_parameters(net)
    """
    _, names, _ = diagnosed(source(body, 24, 'float("nan")'), on_nonfinite="skip")
    _, without, _ = diagnosed(source(body, 24, 'float("nan")', left_out=20))

    assert all(one.equal(other) for one, other in zip(floats(names["copy"]), floats(without["copy"]), strict=True))


def test_averages_that_were_loaded_since_are_not_put_back(diagnosed):
    body = """
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    EACH
        if int(rows[0]) == 20: net[1].load_state_dict({**net[1].state_dict(), "running_mean": torch.full((6,), 50.0), "running_var": torch.ones(6)})
        optimizer.zero_grad(); (loss(rows) + (float("nan") if int(rows[0]) == 20 else 0)).backward(); optimizer.step()
    """
    report, names, _ = diagnosed(source(body, 24, "0.5"), on_nonfinite="skip")

    assert report is not None
    assert (names["net"][1].running_mean > 20).all()


def test_averages_are_mended_after_a_batch_that_a_gradient_scaler_has_left_out(diagnosed):
    body = """
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    EACH
        optimizer.zero_grad(); scaler.scale(loss(rows)).backward(); scaler.step(optimizer); scaler.update()
    """
    report, names, _ = diagnosed(source(body, 24, 'float("nan")'), on_nonfinite="skip")

    assert report is None
    assert all(value.isfinite().all() for value in floats(names["net"]))


def test_modules_whose_averages_cannot_be_read_are_no_trouble(capfd):
    lazy = nn.LazyBatchNorm1d()
    with torch.device("meta"):
        shadow = nn.BatchNorm1d(3)
    with torch.inference_mode():
        teacher = nn.BatchNorm1d(3)
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    with stepscope.guard(on_nonfinite="skip", quiet=True):
        optimizer = torch.optim.SGD(net.parameters(), 0.1)
        for scale in (1.0, float("nan"), 1.0):
            optimizer.zero_grad()
            (net(torch.rand(8, 4) * scale)).square().mean().backward()
            optimizer.step()

    assert all(value.isfinite().all() for value in floats(net))
    assert "could not" not in capfd.readouterr().err
    assert lazy(torch.rand(5, 3)).shape == shadow(torch.rand(5, 3, device="meta")).shape == teacher.running_mean.new_empty(5, 3).shape


def test_what_was_taken_comes_back_also_where_the_step_raised():
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.full((2,), float("nan"))
    optimizer, dropped = torch.optim.SGD([weight], 0.1), Dropped()
    dropped.drop(optimizer)
    optimizer.step()
    assert (weight.tolist(), weight.grad, len(optimizer.param_groups[0]["params"])) == ([1, 1], None, 1)

    dropped.give_back()
    assert optimizer.param_groups[0]["params"] == [weight]
    assert weight.grad.isnan().all()
