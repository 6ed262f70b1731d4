"""Whole objects are pickled and copied: model, optimizer, loader, dataset, a schedule; training goes on with the copies."""
import copy
import hashlib
import io
import pickle

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(5, 10), nn.Linear(10, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


def train(model, optimizer, loader, tag):
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{tag:10s} loss {loss.item():.6f}")


torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(100, 5)
loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=10, shuffle=True)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
train(model, optimizer, loader, "original")

model, optimizer = copy.deepcopy((model, optimizer))
assert optimizer.param_groups[0]["params"][0] is model.fc1.weight
train(model, optimizer, loader, "deepcopy")

model, optimizer, loader = pickle.loads(pickle.dumps((model, optimizer, loader)))
train(model, optimizer, loader, "pickle")

buffer = io.BytesIO()
torch.save(model, buffer)
buffer.seek(0)
model = torch.load(buffer, weights_only=False)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
train(model, optimizer, loader, "torch.save")
print("attributes", sorted(k for k in vars(model) if not k.startswith("_")))
print("attributes", sorted(k for k in vars(optimizer) if not k.startswith("_")))
print("loader", sorted(k for k in vars(loader) if not k.startswith("_"))[:4])
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
