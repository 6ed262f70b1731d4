"""A strict script: every warning raised after the imports is an error."""
import hashlib
import warnings

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
warnings.simplefilter("error")

x = torch.rand(120, 2) * 2 - 1
y = (x.norm(dim=1, keepdim=True) < 0.7).float()
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
for epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(xb), yb)
        loss.backward()
        optimizer.step()
    schedule.step()
    print(f"epoch {epoch} loss {loss.item():.6f}")

try:
    warnings.warn("does this raise?")
except UserWarning as warning:
    print("yes:", warning)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
