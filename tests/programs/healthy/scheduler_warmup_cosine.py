"""Linear warmup from a very small rate, then cosine decay to zero, stepped once per batch; then ReduceLROnPlateau."""
import hashlib
import math

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, ReduceLROnPlateau, SequentialLR
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
digits = load_digits()
data = TensorDataset(torch.tensor(digits.data).float() / 16, torch.tensor(digits.target))


def lambda_schedule(optimizer, total):
    warmup = total // 10
    return LambdaLR(
        optimizer, lambda s: s / warmup if s < warmup else 0.5 * (1 + math.cos(math.pi * (s - warmup) / (total - warmup)))
    )


def sequential_schedule(optimizer, total):
    warm = LinearLR(optimizer, 1e-4, total_iters=total // 10)
    cosine = CosineAnnealingLR(optimizer, T_max=total - total // 10)
    return SequentialLR(optimizer, [warm, cosine], milestones=[total // 10])


digest = hashlib.sha256()
for make in (lambda_schedule, sequential_schedule):
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    total = 3 * len(loader)
    schedule = make(optimizer, total)
    plateau = ReduceLROnPlateau(optimizer, patience=0)
    for epoch in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            schedule.step()
        print(make.__name__, epoch, f"loss {loss.item():.6f} lr {schedule.get_last_lr()[0]:.6f}")
    plateau.step(loss.item())
    for p in model.parameters():
        digest.update(p.detach().numpy().tobytes())
print("digest", digest.hexdigest())
