# Persistent workers with prefetching, for training and for validation, over several epochs.
import hashlib

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
x, y = load_breast_cancer(return_X_y=True)
parts = train_test_split(x, y, test_size=0.25, random_state=0, stratify=y)
x_train, x_val, y_train, y_val = (torch.tensor(p, dtype=torch.float32) for p in parts)
mean, std = x_train.mean(0), x_train.std(0)
x_train, x_val = (x_train - mean) / std, (x_val - mean) / std

options = dict(num_workers=1, persistent_workers=True, prefetch_factor=4)
train_loader = DataLoader(TensorDataset(x_train, y_train), batch_size=32, shuffle=True, **options)
val_loader = DataLoader(TensorDataset(x_val, y_val), batch_size=64, **options)

model = nn.Sequential(nn.Linear(30, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, weight_decay=1e-3)
for epoch in range(4):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb.unsqueeze(1))
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        hits = sum(((model(xb)[:, 0] > 0) == (yb > 0.5)).sum().item() for xb, yb in val_loader)
    print(f"epoch {epoch} loss {loss.item():.6f} val {hits / len(x_val):.4f}")

state = model.state_dict()
print("digest", hashlib.sha256(b"".join(state[k].numpy().tobytes() for k in sorted(state))).hexdigest())
