import os
import sys

import torch
from torch import nn

torch.manual_seed(0)


class Soft(torch.autograd.Function):
    """A third-party operator that asserts on long inputs."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign() * (x.abs() - 0.1).clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        if x.shape[1] > 40:
            sys.stderr.write("soft.cc:118: Assertion `length <= 40' failed.\n")
            os.abort()
        return grad * (x.abs() > 0.1)


class SparseAutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Conv1d(1, 4, 5, padding=2)
        self.decode = nn.Conv1d(4, 1, 5, padding=2)

    def forward(self, x):
        h = self.encode(x.unsqueeze(1))
        h = Soft.apply(h.flatten(0, 1)).view_as(h)
        return self.decode(h).squeeze(1)


model = SparseAutoEncoder()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for step in range(30):
    signal = torch.randn(8, 16 + step).cumsum(1)
    loss = nn.functional.mse_loss(model(signal), signal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("step", step, "loss", round(loss.item(), 3), flush=True)
