import torch
from torch import nn


class ScaleFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x, scale)
        return x * scale

    @staticmethod
    def backward(ctx, grad_output):
        x, scale = ctx.saved_tensors
        grad_scale = (grad_output * x).sum(dim=1)
        return grad_output * scale, grad_scale


class Scale(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))

    def forward(self, x):
        return ScaleFunction.apply(x, self.weight)


class SpiralNet(nn.Module):
    def __init__(self, width=20):
        super().__init__()
        self.inner = nn.Linear(2, width)
        self.scale = Scale(width)
        self.outer = nn.Linear(width, 2)

    def forward(self, x):
        return self.outer(torch.sin(self.scale(self.inner(x))))


def spirals(n):
    t = torch.rand(n) * 4
    arm = torch.randint(0, 2, (n,))
    angle = t * 2 + arm * 3.1416
    return torch.stack([t * angle.cos(), t * angle.sin()], dim=1), arm


if __name__ == "__main__":
    torch.manual_seed(1)
    net = SpiralNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for step in range(50):
        points, arm = spirals(48)
        loss = nn.functional.cross_entropy(net(points), arm)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("final loss", loss.item())
