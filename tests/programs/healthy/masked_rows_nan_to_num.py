"""Attention over empty sets: a row masked everywhere is softmax(-inf) = NaN, replaced before anything uses it."""
import hashlib

import torch
from torch import nn


class SetPool(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.score = nn.Linear(dim, 1)
        self.value = nn.Linear(dim, dim)

    def forward(self, items, mask):
        scores = self.score(items).squeeze(-1).masked_fill(~mask, -torch.inf)
        empty = ~mask.any(1, keepdim=True)
        with torch.no_grad():
            shown = torch.nan_to_num(scores.softmax(1))  # for the log only
        weights = scores.masked_fill(empty, 0.0).softmax(1).masked_fill(~mask, 0.0)
        return (weights.unsqueeze(-1) * self.value(items)).sum(1), shown


torch.manual_seed(0)
torch.set_num_threads(1)
pool, head = SetPool(6), nn.Linear(6, 1)
parameters = [*pool.parameters(), *head.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.02)
for step in range(40):
    items = torch.randn(32, 5, 6)
    mask = torch.arange(5) < torch.randint(0, 6, (32, 1))
    target = (items[..., 0] * mask).sum(1) / mask.sum(1).clamp(min=1)
    pooled, shown = pool(items, mask)
    loss = nn.functional.mse_loss(head(pooled).squeeze(1), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step} loss {loss.item():.6f} empty {int((~mask.any(1)).sum())} weight {shown.sum().item():.4f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in parameters)).hexdigest())
