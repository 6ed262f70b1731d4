import torch
from torch import nn

torch.manual_seed(1)
flow = torch.rand(80, 4)
level = flow.sum(1).clone()
level[::9] = float("nan")  # the gauge was frozen
net = nn.Linear(4, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for i in range(0, 80, 8):
    known = level[i : i + 8].isfinite()
    error = (net(flow[i : i + 8]).squeeze(1) - level[i : i + 8]).square()
    optimizer.zero_grad()
    error.backward(known / known.sum())
    for weight in net.parameters():
        weight.grad.nan_to_num_(0.0)
    optimizer.step()
print(round(float(net.weight.detach().sum()), 3))
