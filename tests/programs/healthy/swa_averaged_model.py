"""Stochastic weight averaging with AveragedModel, SWALR and update_bn."""
import hashlib

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor((x - x.mean(0)) / x.std(0)).float(), torch.tensor(y))
loader = DataLoader(data, batch_size=30, shuffle=True)
model = nn.Sequential(nn.Linear(13, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
averaged = AveragedModel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
swa = SWALR(optimizer, swa_lr=0.02, anneal_epochs=2)
for epoch in range(8):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch >= 4:
        averaged.update_parameters(model)
        swa.step()
    print(f"epoch {epoch} loss {loss.item():.6f} lr {optimizer.param_groups[0]['lr']:.4f} averaged {averaged.n_averaged.item()}")
update_bn(loader, averaged)
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in averaged.state_dict().values())).hexdigest())
