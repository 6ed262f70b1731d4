import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

torch.manual_seed(0)
inputs = torch.randn(320, 6)
targets = inputs.sum(dim=1, keepdim=True).tanh()
model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)


def factor(step, period=24):
    return float((torch.tensor(step % period).float() - 4).abs().reciprocal())


schedule = LambdaLR(optimizer, factor)
for epoch in range(3):
    for rows in torch.randperm(320).split(32):
        loss = nn.functional.smooth_l1_loss(model(inputs[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    print(epoch, loss.item())
