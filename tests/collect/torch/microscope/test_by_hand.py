"""Weights that are updated by hand, without an optimizer: what ruins them is told, and what comes back by itself is left in peace."""

import pytest

DATA = """
    w, b = torch.randn(4, 1).requires_grad_(), torch.zeros(1, requires_grad=True)
    x = torch.rand(80, 4); y = x.sum(1, keepdim=True)
    def losses(out, i):
        return (out - (out.detach() if i in (12, 17) else y[4 * i:4 * i + 4])).square()
"""
LOOP = DATA + """
    for i in range(20):
        loss = LOSS(losses(x[4 * i:4 * i + 4] @ w + b, i))
        loss.backward()
        with torch.no_grad():
            UPDATE
            b -= 0.1 * b.grad
        w.grad = b.grad = None
"""
MEAN, ROOT = "torch.mean", "(lambda each: each.sum(1).sqrt().mean())"


@pytest.mark.parametrize("update", ["w -= 0.1 * w.grad / w.grad.norm()", "w.data = w.data - 0.1 * w.grad / w.grad.norm()", "w.sub_(w.grad.div(w.grad.norm()))"])
def test_the_update_that_ruins_a_weight_is_told(reported, update):
    found, line = reported(LOOP.replace("LOSS", MEAN).replace("UPDATE", update))

    assert (found["name"], found["place"]["step"], line) == ("weights-non-finite", 14, update)
    assert found["headline"].startswith("`w` was NaN")


def test_a_gradient_is_read_where_no_optimizer_holds_its_weight(reported):
    found, line = reported(LOOP.replace("LOSS", ROOT).replace("UPDATE", "w -= 0.1 * w.grad"))

    assert (found["name"], found["place"]["step"], line) == ("non-finite-gradient", 13, f"loss = {ROOT}(losses(x[4 * i:4 * i + 4] @ w + b, i))")


def test_a_gradient_that_is_cleaned_is_left_in_peace(silent):
    silent(LOOP.replace("LOSS", ROOT).replace("UPDATE", "w -= 0.1 * w.grad.nan_to_num(); b.grad.nan_to_num_()"))


def test_a_picture_whose_gradient_is_asked_for_is_no_weight(silent):
    silent("""
    net = nn.Linear(4, 2)
    for i in range(6):
        x = (torch.rand(1, 4) * (i not in (3, 5))).requires_grad_()
        (x.square().sum().sqrt() + net(x).max()).backward()
    """)


FUNCTIONAL = """
    from torch.func import grad_and_value
    x = torch.rand(160, 4) + 0.1; x[85, 2] = BAD; y = x.sum(1, keepdim=True)
    weights = {"w": torch.randn(4, 1), "b": torch.zeros(1)}
    def cost(weights, x, y):
        return (torch.log(x) @ weights["w"] + weights["b"] - y).square().mean()
    for i in range(0, 160, 8):
        gradients, loss = grad_and_value(cost)(weights, x[i:i + 8], y[i:i + 8])
        if CHECK:
            weights = {name: weight - 0.01 * gradients[name] for name, weight in weights.items()}
"""


def test_weights_in_a_dictionary_are_told_with_step_line_and_sample(reported):
    found, line = reported(FUNCTIONAL.replace("BAD", "-1.0").replace("CHECK", "True"))

    assert (found["name"], found["place"]["step"]) == ("non-finite-loss", 11)
    assert line == 'return (torch.log(x) @ weights["w"] + weights["b"] - y).square().mean()'
    assert [sample["index"] for sample in found["place"]["samples"]] == [85]


def test_a_transforms_loss_that_the_program_leaves_out_is_left_in_peace(silent):
    silent(FUNCTIONAL.replace("BAD", "-1.0").replace("CHECK", "loss.isfinite()"))


HANDED = """
    weights = {"w": torch.randn(4, 1), "b": torch.zeros(1)}
    def cost(weights, x, y):
        return (x @ weights["w"] + weights["b"] - y).square().sum(1).sqrt().mean()
    for i in range(20):
        x = torch.rand(8, 4); y = x.sum(1, keepdim=True)
        if i in (13, 17):
            y[5] = (x @ weights["w"] + weights["b"])[5]
        gradients = HANDS(weights, x, y)
        weights = {name: weight - 0.01 * CLEANED(gradients[name]) for name, weight in weights.items()}
"""
HANDS = {
    "grad": "torch.func.grad(cost)",
    "grad_and_value": "(lambda *given: torch.func.grad_and_value(cost)(*given)[0])",
    "autograd": "(lambda w, x, y: (lambda w: dict(zip(w, torch.autograd.grad(cost(w, x, y), w.values()))))({k: v.requires_grad_() for k, v in w.items()}))",
}


@pytest.mark.parametrize("hands", HANDS)
def test_gradients_that_are_handed_back_are_told_in_their_own_step(reported, hands):
    found, line = reported(HANDED.replace("HANDS", HANDS[hands]).replace("CLEANED", "(lambda g: g.detach())"))

    assert (found["name"], found["place"]["step"], found["seen"]["not finite in"]) == ("non-finite-gradient", 14, "row 5 (of 8)")
    assert line == 'return (x @ weights["w"] + weights["b"] - y).square().sum(1).sqrt().mean()'


@pytest.mark.parametrize("hands", HANDS)
def test_gradients_that_are_handed_back_and_cleaned_are_left_in_peace(silent, hands):
    silent(HANDED.replace("HANDS", HANDS[hands]).replace("CLEANED", "(lambda g: g.detach().nan_to_num(0.0, 0.0, 0.0))"))


FORCES = {
    "torch.func.grad": "force = torch.func.grad_and_value(energy)",
    "torch.autograd.grad": "force = lambda q: (lambda q: (lambda u: (torch.autograd.grad(u, q)[0], u.detach()))(energy(q)))(q.detach().requires_grad_())",
}


@pytest.mark.parametrize("force", FORCES)
def test_an_energy_that_is_infinite_outside_of_its_support_is_left_in_peace(silent, force):
    silent(f"""
    def energy(q):
        return torch.where((q > 0).all(), (q - q.log()).sum(), torch.tensor(float("inf")))
    {FORCES[force]}
    q, refused = torch.ones(3), 0
    for i in range(60):
        p = torch.randn(3); before = force(q)[1] + p.square().sum() / 2; new = q
        for _ in range(10):
            p = p - 0.15 * force(new)[0]; new = new + 0.6 * p; p = p - 0.15 * force(new)[0]
        after = force(new)[1] + p.square().sum() / 2
        refused += not after.isfinite()
        q = new if torch.rand(()) < torch.exp(before - after) else q
    assert refused > 5
    """)
