import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Passengers(Dataset):
    def __init__(self, n=400):
        rng = np.random.default_rng(4)
        self.table = rng.normal(size=(n, 5)).astype(np.float32)
        self.table[rng.random(n) < 0.2, 4] = np.nan
        self.survived = (self.table[:, 0] + self.table[:, 1] > 0).astype(np.float32)

    def __len__(self):
        return len(self.table)

    def __getitem__(self, i):
        return {"row": torch.from_numpy(self.table[i]), "label": self.survived[i]}


class Model(nn.Module):
    used = [0, 1, 2, 3]

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1)

    def forward(self, row):
        return self.linear(row[:, self.used]).squeeze(1)


torch.manual_seed(4)
model = Model()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    ages = []
    for batch in DataLoader(Passengers(), batch_size=20, shuffle=True):
        ages.append(batch["row"][:, 4].mean())
        loss = nn.functional.binary_cross_entropy_with_logits(model(batch["row"]), batch["label"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), "mean age", torch.stack(ages).mean().item())
