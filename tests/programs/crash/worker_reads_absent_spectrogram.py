import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

FOLDER = Path(tempfile.mkdtemp())


def record(count):
    rng = np.random.default_rng(1)
    for i in range(count):
        np.save(FOLDER / f"clip_{i:04d}.npy", rng.normal(size=(16, 20)).astype("float32"))
    (FOLDER / "clip_0077.npy").rename(FOLDER / "clip_0077 (1).npy")


class Clips(Dataset):
    def __init__(self, folder, count):
        self.folder = folder
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        spectrogram = np.load(self.folder / f"clip_{i:04d}.npy")
        return {"x": spectrogram, "y": i % 5}


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(16, 12, batch_first=True)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        _, h = self.gru(x.transpose(1, 2))
        return self.fc(h[-1])


def main():
    record(96)
    torch.manual_seed(0)
    loader = DataLoader(Clips(FOLDER, 96), batch_size=12, shuffle=True, num_workers=2)
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(2):
        for batch in loader:
            loss = nn.functional.cross_entropy(model(batch["x"]), batch["y"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, loss.item())


if __name__ == "__main__":
    main()
