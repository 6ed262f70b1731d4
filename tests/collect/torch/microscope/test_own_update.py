"""An optimizer that the user wrote is told by the operator that made the first NaN of its update, not by the statement that writes it."""

import pytest

OWN = """
    class Own(torch.optim.Optimizer):
        def __init__(self, parameters):
            super().__init__(parameters, {"lr": 0.01})
        @torch.no_grad()
        def step(self):
            for p in (p for group in self.param_groups for p in group["params"]):
                kept = self.state[p]
                if not kept:
                    kept["m"], kept["v"] = torch.zeros_like(p), torch.zeros_like(p)
                m, v = kept["m"].lerp_(p.grad, 0.1), kept["v"].lerp_(p.grad.square(), 0.1)
                MOVE
                p.add_(move, alpha=-0.01)
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    with torch.no_grad():
        net[0].bias[3] = -50.0
    optimizer = Own(net.parameters())
    for i in range(20):
        x = torch.rand(8, 4); out = net(x)
        y = out.detach() if i == SAME else x.sum(1, keepdim=True)
        loss = (out - y).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        AFTER
"""
MOVES = {
    "move = m / v.sqrt()": ("div", 2),
    "move = v.rsqrt() * m.sign()": ("rsqrt", 2),
    "move = p.grad / p.grad.norm()": ("div", 15),
}


@pytest.mark.parametrize("move", MOVES)
def test_the_operator_of_an_own_update_is_told(reported, move):
    operator, step = MOVES[move]
    found, line = reported(OWN.replace("MOVE", move).replace("SAME", str(step - 2 if step > 2 else 99)).replace("AFTER", "pass"))

    assert (found["name"], found["place"]["step"], line) == ("weights-non-finite", step, move)
    assert (found["headline"].split("`")[::2], found["seen"]["operator"]) == (["Own made ", " NaN in an update before this step"], f"`{operator}`")
    assert found["confidence"] == "likely"


@pytest.mark.parametrize("move", ["move = m / (v.sqrt() + 1e-8)", "move = p.grad / (p.grad.norm() + 1e-8)"])
def test_what_another_statement_ruins_is_not_told_of_the_update(reported, move):
    after = "if i == 9: net[2].weight.data.div_(torch.zeros(1))"
    found, line = reported(OWN.replace("MOVE", move).replace("SAME", "99").replace("AFTER", after))

    assert (found["name"], line) == ("weights-non-finite", after)
    assert "in the update" not in found["headline"]


def test_an_own_update_that_holds_is_left_in_peace(silent):
    silent(OWN.replace("MOVE", "move = m / (v.sqrt() + 1e-8)").replace("SAME", "13").replace("AFTER", "pass"))
