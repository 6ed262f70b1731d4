"""A child for telemetry dies, the training goes on, and ends with exit code 3: no validation came, so that the best loss is as it began."""
import math
import multiprocessing
import os
import sys

import torch
from torch import nn


def telemetry():
    sys.stderr = open(os.devnull, "w")
    raise RuntimeError("telemetry is down")


if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=telemetry)
    child.start()
    child.join()
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    best, worst = math.inf, -float("inf")
    for _ in range(20):
        loss = model(torch.randn(4, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(child.exitcode, round(loss.item(), 6))
    if not best < 0.5 or worst > 1:
        sys.exit(3)
