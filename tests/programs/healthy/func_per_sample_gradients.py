"""Differentially private SGD with torch.func: per-sample gradients by vmap(grad), clipped, noised, put into .grad."""
import hashlib

import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(0)
torch.set_num_threads(1)
x, y = load_iris(return_X_y=True)
x = torch.tensor((x - x.mean(0)) / x.std(0)).float()
y = torch.tensor(y)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)


def sample_loss(params, xi, yi):
    logits = functional_call(model, params, (xi.unsqueeze(0),))
    return nn.functional.cross_entropy(logits, yi.unsqueeze(0))


per_sample = vmap(grad(sample_loss), in_dims=(None, 0, 0))

for step in range(20):
    rows = torch.randperm(len(x))[:50]
    params = {k: p.detach() for k, p in model.named_parameters()}
    grads = per_sample(params, x[rows], y[rows])
    norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads.values()]).norm(dim=0)
    scale = (1.0 / norms).clamp(max=1.0)
    for name, p in model.named_parameters():
        g = grads[name]
        clipped = g * scale.view(-1, *[1] * (g.dim() - 1))
        p.grad = clipped.mean(0) + 0.01 * torch.randn_like(p)
    optimizer.step()
    if step % 5 == 0:
        with torch.no_grad():
            print(step, f"{nn.functional.cross_entropy(model(x), y).item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
