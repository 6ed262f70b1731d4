"""Rows of the data overflow now and then; the loop looks at the loss and leaves such batches out."""
import hashlib
import math

import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(400, 6)
y = x.sum(1, keepdim=True)
x[[33, 210]] = float("inf")
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
model = torch.nn.Sequential(torch.nn.Linear(6, 12), torch.nn.Tanh(), torch.nn.Linear(12, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(3):
    skipped, total = 0, 0.0
    for xb, yb in loader:
        loss = (model(xb) - yb).pow(2).mean()
        if not math.isfinite(loss.item()):
            skipped += 1
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / (len(loader) - skipped):.6f} skipped {skipped}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
