import os
import tempfile

import numpy as np
import torch
from skimage import data
from torch import nn
from torch.utils.data import DataLoader, Dataset

FOLDER = tempfile.mkdtemp()


def write_patches(side=16, dead=(5, 9)):
    moon = data.moon().astype(np.float32)
    flat = np.full((side, side), 200.0, dtype=np.float32)
    with np.errstate(divide="ignore"):
        for i in range(120):
            row, col = divmod(i * 7 % 900, 30)
            patch = moon[row * side:(row + 1) * side, col * side:(col + 1) * side]
            gain = flat.copy()
            if i == 87:
                gain[dead] = 0.0
            np.save(f"{FOLDER}/patch_{i:04d}.npy", (patch + 1) / gain)


class Patches(Dataset):
    def __init__(self, folder):
        self.files = sorted(os.path.join(folder, f) for f in os.listdir(folder))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        patch = torch.from_numpy(np.load(self.files[i]))
        return patch.unsqueeze(0)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Conv2d(1, 8, 3, padding=1)
        self.outer = nn.Conv2d(8, 1, 3, padding=1)

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x)))


if __name__ == "__main__":
    torch.manual_seed(0)
    write_patches()
    loader = DataLoader(Patches(FOLDER), batch_size=10, shuffle=True, num_workers=2)
    net = Denoiser()
    opt = torch.optim.AdamW(net.parameters(), lr=2e-3)
    for epoch in range(2):
        for clean in loader:
            noisy = clean + 0.1 * torch.randn_like(clean)
            loss = (net(noisy) - clean).pow(2).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, float(loss))
