import numpy as np
import torch
from sklearn.datasets import load_iris
from sklearn.metrics import f1_score
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

iris = load_iris()
X, Y = torch.tensor(iris.data, dtype=torch.float32), torch.tensor(iris.target)
torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for x, y in DataLoader(TensorDataset(X, Y), batch_size=10, shuffle=True):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

model.eval()
predicted = []
with torch.no_grad():
    for x, y in DataLoader(TensorDataset(X, Y), batch_size=16, drop_last=True):
        predicted.append(model(x).argmax(1).numpy())
print("f1", f1_score(Y.numpy(), np.concatenate(predicted), average="macro"))
