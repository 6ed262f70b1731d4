"""A forked child trains a second model and leaves by sys.exit with its own code; the parent expects 7."""
import hashlib
import os
import sys

import torch
from torch import nn


def train(seed, steps=15):
    torch.manual_seed(seed)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    x = torch.randn(50, 3)
    y = x.abs().sum(1, keepdim=True)
    for step in range(steps):
        loss = nn.functional.l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"seed {seed} loss {loss.item():.6f}", flush=True)
    return model


def main():
    torch.set_num_threads(1)
    first = train(1)
    pid = os.fork()
    if pid == 0:
        train(2)
        sys.exit(7)
    _, status = os.waitpid(pid, 0)
    print("child left with", os.waitstatus_to_exitcode(status))
    second = train(3)
    blob = b"".join(p.detach().numpy().tobytes() for m in (first, second) for p in m.parameters())
    print("digest", hashlib.sha256(blob).hexdigest())


if __name__ == "__main__":
    main()
