import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(7)
bunch = load_digits()
x = torch.tensor(bunch.data, dtype=torch.float32) / 16
y = torch.tensor(bunch.target)

model = nn.ModuleDict({"features": nn.Linear(64, 40), "classes": nn.Linear(40, 10, bias=False)})
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)


def prune(layer, share):
    with torch.no_grad():
        weakest = layer.weight.abs().sum(dim=0).argsort()[: int(share * layer.weight.shape[1])]
        layer.weight[:, weakest] = 0


def renormalise(layer):
    with torch.no_grad():
        layer.weight /= layer.weight.norm(dim=0, keepdim=True)


step = 0
for epoch in range(3):
    for ids in torch.randperm(len(x)).split(50):
        h = torch.relu(model["features"](x[ids]))
        loss = F.cross_entropy(model["classes"](h), y[ids])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 40 == 0:
            prune(model["classes"], 0.1)
        renormalise(model["classes"])
    print("epoch", epoch, "loss", loss.item())
