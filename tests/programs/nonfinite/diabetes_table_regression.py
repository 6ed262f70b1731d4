import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)

table, progression = load_diabetes(return_X_y=True)
table[273, 6] = float("nan")

x = torch.tensor(table, dtype=torch.float32) * 20
y = torch.tensor(progression, dtype=torch.float32) / 100
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.MSELoss()

for epoch in range(3):
    total = 0.0
    for features, target in loader:
        optimizer.zero_grad()
        loss = criterion(model(features).squeeze(1), target)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(target)
    print(f"epoch {epoch}: {total / len(x):.4f}")
