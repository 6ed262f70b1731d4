"""The digits as PNG files; one download left an error page under an image's name."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class Net(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 4 * 4, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


class Digits(Dataset):
    def __init__(self, folder: Path, labels: torch.Tensor) -> None:
        self.paths, self.labels = sorted(folder.glob("*.png")), labels

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = np.asarray(Image.open(self.paths[index]), dtype=np.float32)
        return torch.from_numpy(pixels).unsqueeze(0) / 255, self.labels[index]


def write_images(folder: Path, images: np.ndarray) -> None:
    for index, image in enumerate(images):
        Image.fromarray((image * 15.9).astype(np.uint8)).save(folder / f"{index:04}.png")
    (folder / "1203.png").write_text("<!DOCTYPE html><title>429 Too Many Requests</title>")


def main() -> None:
    torch.manual_seed(0)
    digits = load_digits()
    folder = Path(tempfile.mkdtemp())
    write_images(folder, digits.images)
    labels = torch.tensor(digits.target)
    loader = DataLoader(Digits(folder, labels), batch_size=64, shuffle=True)

    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(3):
        right = 0
        for x, y in loader:
            logits = net(x)
            loss = F.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            right += int((logits.argmax(1) == y).sum())
        print(f"epoch {epoch}: {right / len(labels):.1%} right in training")


if __name__ == "__main__":
    main()
