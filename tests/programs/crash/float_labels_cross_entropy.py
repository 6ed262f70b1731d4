import io

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

CSV = "\n".join(f"{a:.2f},{b:.2f},{int(a + b > 1)}" for a, b in np.random.default_rng(0).random((200, 2)))

# last column is the class
table = np.loadtxt(io.StringIO(CSV), delimiter=",", dtype=np.float32)
features, labels = table[:, :2], table[:, 2]

dataset = TensorDataset(torch.from_numpy(features), torch.from_numpy(labels))
loader = DataLoader(dataset, batch_size=20, shuffle=True)

model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    for xb, yb in loader:
        pred = model(xb)
        loss = loss_fn(pred, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("Epoch", epoch, "Loss", loss.item())
