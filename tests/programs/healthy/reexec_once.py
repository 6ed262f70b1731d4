"""Starts itself again with os.execv when a setting is missing, as scripts do that need an environment variable."""
import hashlib
import os
import sys

if os.environ.get("CUBLAS_WORKSPACE_CONFIG") != ":4096:8":
    print("starting again", flush=True)
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    os.execv(sys.executable, [sys.executable, *sys.argv])

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
model = nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24, 1))
optimizer = torch.optim.NAdam(model.parameters(), lr=0.01)
x = torch.randn(64, 2, 8)
y = x.amax((1, 2)).unsqueeze(1)
for step in range(20):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("deterministic", torch.are_deterministic_algorithms_enabled())
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
