import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits


class UnitNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        length = x.norm(dim=1, keepdim=True)
        y = x / length.clamp(min=1e-6)
        ctx.save_for_backward(y, length)
        return y

    @staticmethod
    def backward(ctx, grad):
        y, length = ctx.saved_tensors
        inner = (grad * y).sum(dim=1, keepdim=True)
        return (grad - y * inner) / length


class CodeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(64, 20, bias=False)
        self.classes = nn.Linear(20, 10)

    def forward(self, x):
        code = UnitNorm.apply(self.embed(x))
        return self.classes(code * 5)


bunch = load_digits()
x = torch.tensor(bunch.data, dtype=torch.float32) / 16
x[1204] = 0.0
y = torch.tensor(bunch.target)

torch.manual_seed(10)
model = CodeNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loader = DataLoader(TensorDataset(x, y), batch_size=36, shuffle=True)
for epoch in range(2):
    for step, (images, labels) in enumerate(loader):
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if step % 10 == 0:
            print(epoch, step, loss.item())
