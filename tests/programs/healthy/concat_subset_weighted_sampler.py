"""ConcatDataset, Subset, random_split and a WeightedRandomSampler against imbalance."""
import hashlib

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Subset, TensorDataset, WeightedRandomSampler, random_split

torch.manual_seed(0)
torch.set_num_threads(1)
digits = load_digits()
x, y = torch.tensor(digits.data).float() / 16, torch.tensor(digits.target)
base = TensorDataset(x, (y == 8).long())
noisy = TensorDataset(x + 0.1 * torch.randn_like(x), (y == 8).long())
train, held_out = random_split(base, [0.8, 0.2])
train = ConcatDataset([train, Subset(noisy, train.indices[:500])])
labels = torch.tensor([int(train[i][1]) for i in range(len(train))])
counts = labels.bincount()
print("counts", counts.tolist(), "held out", len(held_out))

sampler = WeightedRandomSampler((1.0 / counts)[labels], num_samples=1000, replacement=True)
loader = DataLoader(train, batch_size=50, sampler=sampler)
model = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for epoch in range(3):
    positive = 0
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        positive += int(yb.sum())
    print(f"epoch {epoch} loss {loss.item():.6f} positive {positive}")
hits = sum((model(xb).argmax(1) == yb).sum().item() for xb, yb in DataLoader(held_out, batch_size=100))
print("accuracy", round(hits / len(held_out), 4))
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
