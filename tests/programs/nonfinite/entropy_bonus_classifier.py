import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(1)
wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32) / 2
y = torch.tensor(wine.target)

net = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)


def step(rows):
    p = torch.softmax(net(x[rows]), dim=1)
    fit = nn.functional.nll_loss(torch.log(p.clamp(min=1e-12)), y[rows])
    entropy = -(p * torch.log(p)).sum(dim=1).mean()
    loss = fit + 0.02 * entropy
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


epoch = 0
while epoch < 40:
    losses = [step(rows) for rows in torch.randperm(len(x)).split(16)]
    if epoch % 5 == 0:
        print(epoch, sum(losses) / len(losses))
    epoch += 1
