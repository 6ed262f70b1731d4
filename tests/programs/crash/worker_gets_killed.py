import os
import signal
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

MEMORY_LIMIT = 8_000_000


def enforce_limit(array):
    """What the cluster does to a process that asks for too much."""
    if array.nbytes > MEMORY_LIMIT:
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)


class Volumes(Dataset):
    def __init__(self):
        self.depth = [8] * 64
        self.depth[40] = 4096

    def __len__(self):
        return 64

    def __getitem__(self, index):
        volume = np.ones((self.depth[index], 24, 24), dtype=np.float32)
        enforce_limit(volume)
        return torch.from_numpy(volume.mean(0, keepdims=True)), index % 2


if __name__ == "__main__":
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 22 * 22, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loader = DataLoader(Volumes(), batch_size=4, num_workers=2)
    for epoch in range(2):
        for volume, label in loader:
            loss = nn.functional.cross_entropy(model(volume), label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
