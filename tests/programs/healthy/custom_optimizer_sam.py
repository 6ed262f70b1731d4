"""Optimizers of one's own: sign-momentum, and SAM, which runs two backward passes for one step."""
import hashlib

import torch
from torch import nn
from torch.optim import Optimizer


class SignMomentum(Optimizer):
    def __init__(self, params, lr=1e-3, beta=0.9):
        super().__init__(params, dict(lr=lr, beta=beta))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.mul_(group["beta"]).add_(p.grad, alpha=1 - group["beta"])
                p.add_(m.sign(), alpha=-group["lr"])
        return loss


class SAM(Optimizer):
    def __init__(self, params, base, rho=0.05, **options):
        super().__init__(params, dict(rho=rho, **options))
        self.inner = base(self.param_groups, **options)

    @torch.no_grad()
    def step(self, closure):
        closure = torch.enable_grad()(closure)
        loss = closure()
        params = [p for g in self.param_groups for p in g["params"]]
        norm = torch.stack([p.grad.norm() for p in params]).norm() + 1e-12
        moves = [self.param_groups[0]["rho"] * p.grad / norm for p in params]
        torch._foreach_add_(params, moves)
        self.zero_grad()
        closure()
        torch._foreach_sub_(params, moves)
        self.inner.step()
        self.zero_grad()
        return loss


torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(200, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
digest = hashlib.sha256()
for build in (lambda p: SignMomentum(p, lr=5e-3), lambda p: SAM(p, torch.optim.SGD, lr=0.2, momentum=0.9)):
    model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
    optimizer = build(model.parameters())
    for step in range(30):
        rows = torch.randint(0, 200, (40,))

        def closure():
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            return loss

        loss = optimizer.step(closure)
        if step % 10 == 0:
            print(type(optimizer).__name__, step, f"{loss.item():.6f}")
    for p in model.parameters():
        digest.update(p.detach().numpy().tobytes())
print("digest", digest.hexdigest())
