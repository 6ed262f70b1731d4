import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        energy = x.pow(2).sum(dim=-1, keepdim=True) / x.shape[-1]
        return x / torch.sqrt(energy + self.eps) * self.scale


class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = RMSNorm(dim)
        self.up = nn.Linear(dim, 2 * dim)
        self.down = nn.Linear(2 * dim, dim)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


bunch = load_digits()
x = torch.tensor(bunch.data[:800], dtype=torch.float16)
x[530] *= 20
dataset = TensorDataset(x, torch.tensor(bunch.target[:800]))

torch.manual_seed(5)
model = nn.Sequential(Block(64), Block(64), nn.Linear(64, 10)).half()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for epoch in range(2):
    for images, labels in DataLoader(dataset, batch_size=20, shuffle=True):
        logits = model(images)
        log_p = torch.log_softmax(logits, dim=1)
        loss = -log_p[torch.arange(len(labels)), labels].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
