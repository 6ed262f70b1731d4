"""The user patches torch, too: Tensor.backward, DataLoader.__iter__, Optimizer.step, Module.__call__ and print."""
import builtins
import functools
import hashlib
from collections import Counter

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
counts = Counter()


def counted(owner, name):
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        counts[f"{owner.__name__}.{name}"] += 1
        return original(*args, **kwargs)

    setattr(owner, name, wrapper)
    return lambda: setattr(owner, name, original)


undo = [
    counted(torch.Tensor, "backward"),
    counted(torch.autograd, "backward"),
    counted(DataLoader, "__iter__"),
    counted(torch.optim.SGD, "step"),
    counted(nn.Module, "__call__"),
    counted(nn.Linear, "__init__"),
]
plain_print = builtins.print
builtins.print = lambda *a, **k: plain_print("[train]", *a, **k)

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
x = torch.randn(80, 4)
for epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=20, shuffle=True):
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, f"{loss.item():.6f}")
for restore in undo:
    restore()
builtins.print = plain_print
nn.Linear(1, 1)
for name in sorted(counts):
    print(name, counts[name])
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
