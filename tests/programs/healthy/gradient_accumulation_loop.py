"""Gradient accumulation: four small batches for each optimizer step, the leftover handled at the end of the epoch."""
import hashlib

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ACCUMULATE = 4

torch.manual_seed(0)
torch.set_num_threads(1)
x, y = load_wine(return_X_y=True)
x = torch.tensor((x - x.mean(0)) / x.std(0), dtype=torch.float32)
loader = DataLoader(TensorDataset(x, torch.tensor(y)), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)

updates = 0
for epoch in range(4):
    optimizer.zero_grad()
    running = 0.0
    for i, (inputs, labels) in enumerate(loader):
        loss = criterion(model(inputs), labels) / ACCUMULATE
        loss.backward()
        running += loss.item() * ACCUMULATE
        if (i + 1) % ACCUMULATE == 0 or i + 1 == len(loader):
            optimizer.step()
            optimizer.zero_grad()
            updates += 1
    print(f"epoch {epoch} loss {running / len(loader):.6f} updates {updates}")

print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
