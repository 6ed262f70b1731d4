"""Code of the user's that works on gradients: its own line is named, not that of the operator whose backward it hangs on."""

import pytest

NET = """
    x, y = torch.rand(40, 4), torch.arange(40) % 3
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.act, self.head = nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)
        def forward(self, x):
            return self.head(self.act(self.kept(self.body(x))))
        def kept(self, h):
            return h
    net, spare = Net(), nn.Linear(2, 2)
    with torch.no_grad():
        net.body.bias[3] = -50.0
"""
LOOP = """
    optimizer = torch.optim.SGD([*net.parameters(), *spare.parameters()], 0.1)
    for i in range(0, 40, 10):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x[i:i + 10]), y[i:i + 10]) + 0 * spare(torch.ones(1, 2)).sum()
        loss.backward()
        after(spare)
        optimizer.step()
"""
SCALED = "scaled = g / g.std(0, keepdim=True)"
HOOK = f"""
    def after(module):
        pass
    def scale(g):
        {SCALED}
        return scaled
"""
HOOKS = {
    "of a tensor": "    Net.kept = lambda self, h: (h.requires_grad and h.register_hook(scale), h)[1]",
    "of a weight": "    net.body.weight.register_hook(lambda g: scale(g.T).T)",
    "of a module": "    net.act.register_full_backward_hook(lambda module, before, after: (scale(before[0]),))",
}
FORWARD = """
    def after(module):
        pass
    def drop(h):
        return torch.where(h > 0, h.sqrt(), h)
    Net.kept = lambda self, h: {call}
"""


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_named_by_its_own_line(reported, hook):
    found, line = reported(NET + HOOK + HOOKS[hook] + LOOP)

    assert (found["name"], found["stage"], line) == ("non-finite-gradient", "backward", SCALED)
    assert found["seen"]["in"] == "a hook of the backward pass"


def test_what_is_done_to_gradients_before_the_step_is_no_loss(reported):
    divide = "p.grad = p.grad / p.grad.norm()"
    found, line = reported(NET + f"""
    def after(module):
        for p in module.parameters():
            {divide}
    """ + LOOP)  # fmt: skip

    assert (found["name"], found["stage"], line) == ("non-finite-gradient", "backward", divide)
    assert found["seen"]["in"] == "your own code, between backward and step"


CLIPS = {
    "one by one": ("g.div_(g.norm())", "    for g in [p.grad for p in net.parameters()]:\n            {}"),
    "all at once": ("torch._foreach_div_(grads, total)", "    grads = [p.grad for p in net.parameters()]; total = grads[0].norm()\n        {}"),
    "assigned": ("p.grad *= 1.0 / p.grad.norm()", "    for p in net.parameters():\n            {}"),
}
CLIPPED = """
    net = nn.Linear(4, 1)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for i in range(20):
        x = torch.rand(8, 4); out = net(x)
        loss = (out - (out.detach() if i == 13 else 1)).square().mean()
        optimizer.zero_grad(); loss.backward()
    CLIP
        STEP
"""


@pytest.mark.parametrize("clip", CLIPS)
def test_a_clip_in_place_is_told_at_its_own_step(reported, clip):
    statement, around = CLIPS[clip]
    found, line = reported(CLIPPED.replace("CLIP", around.format(statement)).replace("STEP", "optimizer.step()"))

    assert (found["name"], found["place"]["step"], line) == ("non-finite-gradient", 14, statement)
    assert (found["confidence"], found["seen"]["in"]) == ("certain", "your own code, between backward and step")


def test_a_clip_that_is_looked_at_before_the_step_is_left_in_peace(diagnosed):
    statement, around = CLIPS["assigned"]
    step = "if all(p.grad.isfinite().all() for p in net.parameters()): optimizer.step()"
    report, names, _ = diagnosed(CLIPPED.replace("CLIP", around.format(statement)).replace("STEP", step))

    assert report is None
    assert not names["net"].bias.isnan().any()


def test_a_clip_beside_a_gradient_scaler_is_told_at_its_own_step(reported):
    statement = "p.grad.copy_(p.grad / p.grad.norm())"
    found, line = reported(f"""
    net = nn.Linear(4, 1)
    optimizer, scaler = torch.optim.Adam(net.parameters(), 1e-3), torch.amp.GradScaler("cpu")
    for i in range(20):
        x = torch.rand(8, 4); out = net(x)
        optimizer.zero_grad(); scaler.scale((out - (out.detach() if i == 13 else 1)).square().mean()).backward()
        scaler.unscale_(optimizer)
        for p in net.parameters():
            {statement}
        scaler.step(optimizer); scaler.update()
    """)

    assert (found["name"], found["place"]["step"], line) == ("non-finite-gradient", 14, statement)


CLOSED = """
    net = nn.Linear(4, 1)
    optimizer = torch.optim.OPTIMIZER
    def closure():
        optimizer.zero_grad(); out = net(x)
        loss = (out - (out.detach() if i == 13 else 1)).square().mean()
        loss.backward()
        for p in net.parameters():
            CLIP
        return loss
    for i in range(20):
        x = torch.rand(8, 4)
        optimizer.step(closure)
"""
OPTIMIZERS = ["SGD(net.parameters(), 0.1)", "Adam(net.parameters(), 1e-3)"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_clip_within_a_closure_is_told_at_its_own_step(reported, optimizer):
    statement = "p.grad.mul_(1.0 / p.grad.norm())"
    found, line = reported(CLOSED.replace("OPTIMIZER", optimizer).replace("CLIP", statement))

    assert (found["name"], found["place"]["step"], line) == ("non-finite-gradient", 14, statement)
    assert found["seen"]["in"] == "your own code, between backward and step"


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, "LBFGS(net.parameters(), 0.1, max_iter=3)"])
def test_a_clip_within_a_closure_that_is_cleaned_is_left_in_peace(silent, optimizer):
    silent(CLOSED.replace("OPTIMIZER", optimizer).replace("CLIP", "p.grad.mul_(1.0 / p.grad.norm()).nan_to_num_(0.0, 0.0, 0.0)"))


def test_a_row_of_a_weight_is_no_sample_of_the_batch(reported):
    found, _ = reported("""
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    with torch.no_grad():
        net[0].bias[:] = 5.0
        net[0].bias[3] = -50.0
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for x, y in DataLoader(TensorDataset(torch.rand(40, 4), torch.arange(40) % 3), batch_size=8):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        net[0].weight.grad = net[0].weight.grad / net[0].weight.grad.norm(dim=1, keepdim=True)
        optimizer.step()
    """)

    assert (found["name"], found["place"]["samples"]) == ("non-finite-gradient", [])


@pytest.mark.parametrize("call", ["drop(h)", "torch.utils.checkpoint.checkpoint(drop, h, use_reentrant=False)"])
def test_a_forward_that_backward_runs_once_more_is_no_hook(reported, call):
    found, line = reported(NET + FORWARD.format(call=call) + LOOP)

    assert (found["name"], line) == ("non-finite-gradient", "return torch.where(h > 0, h.sqrt(), h)")
    assert "in" not in found["seen"]


@pytest.mark.parametrize("transform", ["torch.func.grad(cost)", "torch.func.vmap(torch.func.grad(cost), in_dims=(None, 0))"])
def test_the_backward_of_a_function_transform_is_told_with_the_line_of_its_forward(reported, transform):
    root = "return (weights['head.weight'] * 0).square().sum().sqrt() + weights['head.bias'].sum()"
    found, line = reported(NET + f"""
    def cost(weights, rows):
        {root}
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for i in range(0, 40, 10):
        made = {transform}(dict(net.named_parameters()), x[i:i + 10])
        for name, p in net.named_parameters():
            p.grad = made[name].reshape(-1, *p.shape).sum(0)
        optimizer.step()
    """)  # fmt: skip

    assert (found["name"], line) == ("non-finite-gradient", root)
