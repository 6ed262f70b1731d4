# Classify the sklearn digits with a small MLP, no DataLoader, everything at module level.
import hashlib

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
torch.set_num_threads(1)

images, labels = load_digits(return_X_y=True)
x = torch.tensor(images, dtype=torch.float32) / 16.0
y = torch.tensor(labels)
x_train, y_train = x[:1500], y[:1500]
x_test, y_test = x[1500:], y[1500:]

model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
criterion = nn.CrossEntropyLoss()

for epoch in range(3):
    order = torch.randperm(len(x_train))
    total = 0.0
    for i in range(0, len(x_train), 50):
        rows = order[i : i + 50]
        optimizer.zero_grad()
        loss = criterion(model(x_train[rows]), y_train[rows])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    print(f"epoch {epoch} loss {total / len(x_train):.6f}")

with torch.no_grad():
    accuracy = (model(x_test).argmax(1) == y_test).float().mean().item()
print(f"accuracy {accuracy:.4f}")
weights = b"".join(p.detach().numpy().tobytes() for p in model.parameters())
print("digest", hashlib.sha256(weights).hexdigest())
