import os
import tempfile

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

root = tempfile.mkdtemp()
for i in range(30):
    target = os.path.join(root, f"scan_{i:02d}.txt")
    if i == 12:
        os.symlink("/mnt/nas/archive/scan_12.txt", target)
    else:
        with open(target, "w") as handle:
            handle.write(" ".join(str((i + k) % 7) for k in range(12)))


class Scans(Dataset):
    def __init__(self, root):
        self.files = sorted(entry.path for entry in os.scandir(root))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, item):
        with open(self.files[item]) as handle:
            values = torch.tensor([float(v) for v in handle.read().split()])
        return values[:-1], values[-1:]


model = nn.Sequential(nn.Linear(11, 8), nn.Softplus(), nn.Linear(8, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
torch.manual_seed(4)
for epoch in range(3):
    for x, y in DataLoader(Scans(root), batch_size=4, shuffle=True, num_workers=2):
        loss = nn.functional.l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
