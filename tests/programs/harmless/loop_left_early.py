import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def loader():
    return DataLoader(TensorDataset(torch.randn(60, 3), torch.full((60,), torch.nan)), 6)


torch.manual_seed(0)
net, seen = nn.Linear(3, 1), 0
optimizer = torch.optim.SGD(net.parameters(), 0.1)
try:
    for x, _ in loader():
        if seen == 4:
            raise StopAsyncIteration("enough")
        loss = net(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += 1
except StopAsyncIteration as enough:
    print(enough)
for x, _ in loader():
    net(x).mean().backward()
    break
