import os
import tempfile

import numpy as np
import torch
from accelerate import Accelerator
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


def export(folder, count=48):
    digits = load_digits()
    for i in range(count):
        path = os.path.join(folder, f"{i:03d}.png")
        if i == 18:
            os.mkdir(path)
            continue
        Image.fromarray((digits.images[i] * 15).astype(np.uint8)).save(path)
    return digits.target[:count].tolist()


class Pngs(Dataset):
    def __init__(self, folder, labels):
        self.paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self.labels = labels

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            pixels = np.asarray(image, dtype=np.float32) / 255
        return torch.from_numpy(pixels).flatten(), self.labels[index]


def main():
    folder = tempfile.mkdtemp()
    labels = export(folder)
    accelerator = Accelerator(cpu=True)
    model = nn.Linear(64, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    loader = DataLoader(Pngs(folder, labels), batch_size=6)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for epoch in range(2):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
        accelerator.print(f"{epoch}: {loss.item():.4f}")


if __name__ == "__main__":
    main()
