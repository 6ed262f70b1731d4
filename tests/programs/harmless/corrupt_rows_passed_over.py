import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
table, progression = load_diabetes(return_X_y=True)
table[[60, 273, 401], [2, 6, 0]] = float("nan")
x = torch.tensor(table, dtype=torch.float32) * 20
y = torch.tensor(progression, dtype=torch.float32) / 100

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    left_out = 0
    for features, target in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
        loss = nn.functional.mse_loss(model(features).squeeze(1), target)
        if not torch.isfinite(loss):
            left_out += 1
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.4f}, {left_out} batches left out")
