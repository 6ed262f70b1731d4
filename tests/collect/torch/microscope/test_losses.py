"""Losses that are not one number: several in one backward, vectors, and gradients that no backward brought."""

import pytest
import torch
from tests.collect.torch.microscope.conftest import told

from stepscope.collect.torch.microscope.watching.losses import number_of, several, vector_loss

SEVERAL = """
    x = torch.rand(48, 5) + 0.1; x[30, 2] = -1.0; y = torch.arange(48) % 3
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for i in range(0, 48, 6):
        a, b = x[i:i + 6], y[i:i + 6]
        out = net(a)
        one = nn.functional.cross_entropy(out, b)
        other = (out[:, 0] - a[:, 2].log()).abs()
        optimizer.zero_grad()
        BACKWARD
        optimizer.step()
"""
BACKWARDS = {
    "a list": "torch.autograd.backward([one, other.mean()])",
    "a list with weights": "torch.autograd.backward([one, other.mean()], [torch.tensor(1.0), torch.tensor(0.5)])",
    "a sum": "(one + other.mean()).backward()",
    "a vector": "other.backward(torch.ones(6) / 6)",
    "one after the other": "one.backward(retain_graph=True); other.mean().backward()",
    "gradients asked for": "net.weight.grad, net.bias.grad = torch.autograd.grad([one, other.mean()], [net.weight, net.bias])",
}


@pytest.mark.parametrize("way", BACKWARDS)
def test_the_loss_that_is_not_finite_is_found_among_several(diagnosed, way):
    report, _, lines = diagnosed(SEVERAL.replace("BACKWARD", BACKWARDS[way]))

    assert told(report, lines) == ("non-finite-loss", "other = (out[:, 0] - a[:, 2].log()).abs()", [30])
    assert report.findings[0].seen["repeated"] == "the step came out bit for bit the same"


def test_entries_without_a_weight_are_left_out_by_the_program(diagnosed):
    report, _, _ = diagnosed(SEVERAL.replace("BACKWARD", "other.backward((a[:, 2] > 0).float())"))

    assert report is None


PER_SAMPLE = """
    from torch.func import functional_call, grad, vmap
    x = torch.rand(48, 5) + 0.1; x[30, 2] = -1.0; y = torch.arange(48) % 3
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    def compute(weights, a, b):
        h = a.log()
        return nn.functional.cross_entropy(functional_call(net, weights, (h[None],)), b[None])
    for i in range(0, 48, 6):
        weights = {name: weight.detach() for name, weight in net.named_parameters()}
        gradients = vmap(grad(compute), in_dims=(None, 0, 0))(weights, x[i:i + 6], y[i:i + 6])
        for name, weight in net.named_parameters():
            weight.grad = gradients[name].mean(0)
        optimizer.step()
"""


def test_gradients_of_a_transform_are_followed_to_where_they_began(diagnosed):
    report, names, lines = diagnosed(PER_SAMPLE)

    assert told(report, lines)[:2] == ("non-finite-forward", "h = a.log()")
    assert report.findings[0].seen["repeated"] != "the step came out bit for bit the same"
    assert names["net"].weight.isnan().any()


def test_a_check_of_the_users_on_a_transforms_loss_is_followed_too(reported):
    found, line = reported("""
    from torch.func import functional_call, grad_and_value
    x = torch.rand(48, 5) + 0.1; x[30, 2] = x[32, 1] = -1.0; y = torch.arange(48) % 3
    net = nn.Linear(5, 3)
    weights = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    def compute(weights, a, b):
        h = a.log()
        return nn.functional.cross_entropy(functional_call(net, weights, (h,)), b)
    for i in range(0, 48, 6):
        gradients, value = grad_and_value(compute)(weights, x[i:i + 6], y[i:i + 6])
        if not torch.isfinite(value): raise RuntimeError("the loss is not finite")
        weights = {name: weights[name] - 0.01 * gradients[name] for name in weights}
    """)

    assert (found["name"], line, found["place"]["step"]) == ("non-finite-forward", "h = a.log()", 6)


NAN = torch.tensor([1.0, float("nan")])


def test_what_is_no_loss_is_not_read():
    assert vector_loss(NAN, None) is None
    assert several([NAN, NAN], None) is None
    assert several([torch.tensor([1, 2])], None) is None
    assert vector_loss(NAN, torch.tensor([1.0, 0.0])) is None


def test_a_vector_is_read_as_what_is_not_finite_in_it():
    assert number_of(torch.tensor([1.0, 3.0])) == 2.0
    assert number_of(torch.tensor([1.0, float("inf"), 2.0])) == float("inf")


def test_a_check_before_the_first_backward_is_of_the_first_step(reported):
    found, _ = reported("""
    net = nn.Linear(3, 1)
    for (a,) in DataLoader(TensorDataset(torch.rand(24, 3) - 2), 8):
        loss = net(a.log()).square().mean()
        if not torch.isfinite(loss): raise ValueError(f"loss is {loss}")
        loss.backward()
    """)

    assert found["place"]["step"] == 1


def test_what_lbfgs_moves_within_its_first_step_is_a_weight(diagnosed):
    report, _, lines = diagnosed("""
    x = torch.rand(30, 3)
    weight = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], lr=1.0, max_iter=5)
    def closure():
        optimizer.zero_grad()
        root = (x @ weight).abs().sqrt()
        loss = (root - x.sum(1)).square().mean()
        loss.backward()
        return loss
    for _ in range(3):
        optimizer.step(closure)
    """)

    assert told(report, lines) == ("non-finite-gradient", "root = (x @ weight).abs().sqrt()", [])


@pytest.mark.parametrize("bad", [1, 3])
def test_derivatives_that_the_loss_is_computed_with_are_no_steps_of_their_own(reported, bad):
    found, line = reported(f"""
    net = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for step in range(1, 6):
        t = (torch.rand(20, 1) + 0.1) * (torch.arange(20)[:, None] != (3 if step == {bad} else 30))
        t.requires_grad_()
        u = net(t) * t.sqrt() ** 3
        (du,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        (ddu,) = torch.autograd.grad(du.sum(), t, create_graph=True)
        loss = (ddu + u).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert (found["name"], found["place"]["step"], line) == ("non-finite-gradient", bad, "u = net(t) * t.sqrt() ** 3")


DISC = """
    at = torch.cartesian_prod(torch.linspace(-1, 1, 5), torch.linspace(-1, 1, 5))[torch.arange(25) SHIFT]
    net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1)); optimizer = torch.optim.Adam(net.parameters())
    def solution(xy):
        r = torch.norm(xy, dim=1, keepdim=True)
        return (1 - r) * net(torch.cat([xy, r], 1))
    for it in range(3):
        xy = at.clone().requires_grad_()
        (du,) = torch.autograd.grad(solution(xy).sum(), xy, create_graph=True)
        (ddu,) = torch.autograd.grad(du.sum(), xy, create_graph=True)
        loss = (ddu.sum(1) + 1).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_a_second_derivative_that_is_not_finite_is_told_at_the_line_of_the_forward_pass(reported):
    found, line = reported(DISC.replace("SHIFT", ""))

    assert (found["name"], line) == ("non-finite-gradient", "r = torch.norm(xy, dim=1, keepdim=True)")
    assert found["headline"].startswith("the backward of `linalg_vector_norm` made the first NaN")


def test_second_derivatives_away_from_the_point_are_left_in_peace(silent):
    silent(DISC.replace("SHIFT", "!= 12"))
