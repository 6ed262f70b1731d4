import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Triplets(Dataset):
    def __init__(self):
        bunch = load_digits()
        self.x = torch.tensor(bunch.data, dtype=torch.float32) / 16
        self.by_class = [[i for i, t in enumerate(bunch.target) if t == c] for c in range(10)]
        self.items = []
        for k in range(600):
            c = k % 10
            members = self.by_class[c]
            other = self.by_class[(c + 1 + k % 7) % 10]
            self.items.append((members[k % 150], members[(k * 3 + 1) % 150], other[k % 150]))
        a, p, n = self.items[342]
        self.items[342] = (a, a, n)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        a, p, n = self.items[i]
        return self.x[a], self.x[p], self.x[n]


def distance(u, v):
    return torch.sqrt(((u - v) ** 2).sum(dim=1))


class TripletLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, anchor, positive, negative):
        gap = distance(anchor, positive) - distance(anchor, negative) + self.margin
        return torch.relu(gap).mean()


torch.manual_seed(3)
encoder = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 16))
criterion = TripletLoss(margin=10.0)
optimizer = torch.optim.Adam(encoder.parameters(), lr=5e-4)
loader = DataLoader(Triplets(), batch_size=20, shuffle=True)

for epoch in range(2):
    for anchor, positive, negative in loader:
        optimizer.zero_grad()
        loss = criterion(encoder(anchor), encoder(positive), encoder(negative))
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
