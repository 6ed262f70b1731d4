"""Leaves by os._exit(4), as scripts do that hang in the destructors of a library: no atexit, stdout flushed by hand."""
import atexit
import hashlib
import os
import sys

import torch
from torch import nn

atexit.register(print, "atexit must not run")

torch.manual_seed(0)
torch.set_num_threads(1)
model = nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
x = torch.randn(30, 3)
y = x.argmax(1)
for step in range(20):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
sys.stdout.flush()
os._exit(4)
