import torch
from sklearn.datasets import load_iris
from torch import nn

torch.manual_seed(0)
x, y = load_iris(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y)

net = nn.Linear(4, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
averages = [torch.zeros_like(p) for p in net.parameters()]
decay, taken = 0.99, 0

for step in range(400):
    rows = torch.randint(0, len(x), (32,))
    loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for average, p in zip(averages, net.parameters()):
            average.mul_(decay).add_(p, alpha=1 - decay)
        taken += 1
        if step == 150:
            taken = 0
            averages = [torch.zeros_like(p) for p in net.parameters()]
            correction = torch.tensor(1 - decay**taken)
            for average, p in zip(averages, net.parameters()):
                p.copy_(average / correction)
print("loss", loss.item())
