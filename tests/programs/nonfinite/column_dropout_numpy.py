import random

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer

random.seed(1)
np.random.seed(1)
torch.manual_seed(1)

cancer = load_breast_cancer()
X = ((cancer.data - cancer.data.mean(0)) / cancer.data.std(0)).astype(np.float32)
Y = cancer.target.astype(np.float32)


class GroupDropout(nn.Module):
    """Leaves out whole groups of columns and makes up for them."""

    def __init__(self, groups=3, columns=30):
        super().__init__()
        self.groups = groups
        self.repeat = columns // groups

    def forward(self, x):
        if not self.training:
            return x
        rate = random.choice([0.1, 0.2, 0.4])
        kept = np.random.rand(self.groups) > rate
        mask = torch.tensor(np.repeat(kept, self.repeat), dtype=x.dtype)
        return x * (mask / mask.mean())


net = nn.Sequential(GroupDropout(), nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
lossf = nn.BCEWithLogitsLoss()
batch = 32

for epoch in range(8):
    perm = np.random.permutation(len(X))
    for i in range(0, len(X), batch):
        rows = perm[i:i + batch]
        x = torch.from_numpy(X[rows])
        y = torch.from_numpy(Y[rows])
        opt.zero_grad()
        loss = lossf(net(x).squeeze(1), y)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
