import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class FeatureNorm(nn.Module):
    def __init__(self, features, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("var", torch.ones(features))

    def forward(self, x):
        if self.training:
            mean, var = x.mean(dim=0), x.var(dim=0)
            self.mean.lerp_(mean.detach(), self.momentum)
            self.var.lerp_(var.detach(), self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + 1e-5) * self.weight + self.bias


wine = load_wine()
x = torch.tensor(wine.data[:177], dtype=torch.float32)
y = torch.tensor(wine.target[:177])

torch.manual_seed(2)
model = nn.Sequential(FeatureNorm(13), nn.Linear(13, 16), nn.ReLU(), FeatureNorm(16), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
train = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
for epoch in range(4):
    model.train()
    for xb, yb in train:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(x).argmax(1) == y).float().mean().item()
    print(f"epoch {epoch}: loss {loss.item():.4f} accuracy {accuracy:.3f}")
