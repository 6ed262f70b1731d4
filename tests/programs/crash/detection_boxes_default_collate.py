import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Boxes(Dataset):
    """Bright rectangles on a dark ground with their boxes as x1, y1, x2, y2."""

    def __init__(self, count=40, size=48):
        self.count, self.size = count, size

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        rng = np.random.default_rng(index)
        image = np.zeros((3, self.size, self.size), dtype="float32")
        boxes = []
        for _ in range(1 + index % 3):
            x, y = rng.integers(0, self.size - 12, 2)
            w, h = rng.integers(4, 12, 2)
            image[:, y:y + h, x:x + w] = 1
            boxes.append([x, y, x + w, y + h])
        target = {"boxes": torch.tensor(np.array(boxes), dtype=torch.float32), "labels": torch.ones(len(boxes), dtype=torch.long)}
        return torch.from_numpy(image), target


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU())
        self.box = nn.Linear(16, 4)

    def forward(self, images):
        return self.box(self.backbone(images).mean((2, 3)))


def main():
    loader = DataLoader(Boxes(), batch_size=4, num_workers=2)
    model = Detector()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for epoch in range(2):
        for images, targets in loader:
            first = torch.stack([boxes[0] for boxes in targets["boxes"]])
            loss = nn.functional.smooth_l1_loss(model(images) * 48, first)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    main()
