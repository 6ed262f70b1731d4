"""Raises the recursion limit for a deep recursive data structure, catches one RecursionError, and trains."""
import hashlib
import sys

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def nested(depth):
    return [depth, nested(depth - 1)] if depth else []


def total(tree):
    return tree[0] + total(tree[1]) if tree else 0


def endless(n=0):
    return endless(n + 1)


print("limit", sys.getrecursionlimit())
try:
    nested(1500)
except RecursionError:
    sys.setrecursionlimit(5000)
    print("limit raised to", sys.getrecursionlimit())
print("total", total(nested(1500)))
sys.setrecursionlimit(1000)
try:
    endless()
except RecursionError as error:
    print(type(error).__name__, str(error)[:32])


class Deep(nn.Module):
    """Forty modules, one inside the other."""

    def __init__(self, depth):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.inner = Deep(depth - 1) if depth else nn.Identity()

    def forward(self, x):
        return x + 0.1 * self.inner(torch.tanh(self.fc(x)))


model = nn.Sequential(Deep(40), nn.Linear(4, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
x = torch.randn(50, 4)
for step in range(15):
    loss = nn.functional.mse_loss(model(x), x.norm(dim=1, keepdim=True))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("limit", sys.getrecursionlimit())
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
