import torch
from sklearn.datasets import load_diabetes
from torch import nn

data = load_diabetes()
features = torch.tensor(data.data * 20).half()
target = torch.tensor(data.target).half()
order = target.argsort()
features, target = features[order], target[order]

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1)).half()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)

history = []
n, batch = len(features), 34
for epoch in range(2):
    for start in range(0, n, batch):
        x, t = features[start:start + batch], target[start:start + batch]
        error = model(x).squeeze(1) - t
        loss = (error * error).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
print(history)
