"""MAML on sine waves: an inner step through functional_call with create_graph, an outer Adam step."""
import hashlib
import math

import torch
from torch import nn
from torch.func import functional_call

torch.manual_seed(1)
torch.set_num_threads(1)
model = nn.Sequential(nn.Linear(1, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 1))
meta = torch.optim.Adam(model.parameters(), lr=3e-3)


def task():
    amplitude, phase = 1 + 2 * torch.rand(1), math.pi * torch.rand(1)

    def draw(n):
        x = 10 * torch.rand(n, 1) - 5
        return x, amplitude * torch.sin(x + phase)

    return draw


for iteration in range(25):
    meta.zero_grad()
    outer = 0.0
    for _ in range(4):
        draw = task()
        params = dict(model.named_parameters())
        x, y = draw(10)
        inner = nn.functional.mse_loss(functional_call(model, params, (x,)), y)
        grads = torch.autograd.grad(inner, params.values(), create_graph=True)
        adapted = {k: p - 0.01 * g for (k, p), g in zip(params.items(), grads)}
        x, y = draw(10)
        outer = outer + nn.functional.mse_loss(functional_call(model, adapted, (x,)), y)
    (outer / 4).backward()
    meta.step()
    if iteration % 8 == 0:
        print(iteration, f"{outer.item() / 4:.5f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
