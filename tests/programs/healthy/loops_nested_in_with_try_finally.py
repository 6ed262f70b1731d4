"""A step wrapped in everything: with, try/finally, break, continue, for/else, a match statement and a while loop."""
import hashlib
from contextlib import ExitStack, contextmanager

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
depth = []


@contextmanager
def stage(name):
    depth.append(name)
    try:
        yield
    finally:
        assert depth.pop() == name


x = torch.randn(240, 4)
loader = DataLoader(TensorDataset(x, x.abs().max(1, keepdim=True).values), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(4, 20), nn.Mish(), nn.Linear(20, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
kinds = {"skipped": 0, "done": 0, "cleaned": 0}
epoch = 0
while (epoch := epoch + 1) <= 4:
    for i, (xb, yb) in enumerate(loader):
        with ExitStack() as stack, stage("batch"):
            stack.callback(kinds.__setitem__, "cleaned", kinds["cleaned"] + 1)
            try:
                match i % 5:
                    case 3:
                        kinds["skipped"] += 1
                        continue
                    case 4 if epoch == 2:
                        break
                with stage("forward"):
                    loss = nn.functional.mse_loss(model(xb), yb)
                with stage("backward"), torch.enable_grad():
                    optimizer.zero_grad()
                    loss.backward()
                optimizer.step()
            finally:
                kinds["done"] += 1
    else:
        print("epoch complete", end=" ")
    print(epoch, f"{loss.item():.6f}", kinds, depth)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
