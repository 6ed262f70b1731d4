"""A data set on disk as numpy memmaps, read by the main process and by a worker."""
import hashlib
import os
import tempfile

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Memmap(Dataset):
    def __init__(self, folder):
        self.x = np.load(os.path.join(folder, "x.npy"), mmap_mode="r")
        self.y = np.memmap(os.path.join(folder, "y.bin"), dtype=np.int32, mode="r")

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return torch.from_numpy(self.x[i].astype(np.float32)), int(self.y[i])


def prepare(folder, n=400):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 12)).astype(np.float16)
    y = np.memmap(os.path.join(folder, "y.bin"), dtype=np.int32, mode="w+", shape=(n,))
    y[:] = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
    y.flush()
    np.save(os.path.join(folder, "x.npy"), x)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        dataset = Memmap(folder)
        model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 3))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for epoch in range(3):
            loader = DataLoader(dataset, batch_size=40, shuffle=True, num_workers=epoch % 2)
            for x, y in loader:
                loss = nn.functional.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print(f"epoch {epoch} loss {loss.item():.6f}")
        del dataset, loader
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
