import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class LogCosh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.abs() + torch.log1p(torch.exp(-2 * x.abs())) - 0.6931472

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        up, down = torch.exp(x), torch.exp(-x)
        return grad * (up - down) / (up + down)


class Robust(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x, y):
        residual = self.net(x).squeeze(1) - y
        return LogCosh.apply(residual).mean()


torch.manual_seed(6)
x = torch.randn(400, 5)
y = x @ torch.tensor([1.0, -2.0, 0.5, 0.0, 3.0])
y[283] = 140.0
module = Robust()
optimizer = torch.optim.Adam(module.parameters(), lr=5e-3)
data = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)

for epoch in range(3):
    for inputs, targets in data:
        optimizer.zero_grad()
        loss = module(inputs, targets)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
