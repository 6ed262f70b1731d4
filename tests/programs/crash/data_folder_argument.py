import argparse
import os

import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


class ImageTree(Dataset):
    """One folder per class."""

    def __init__(self, root):
        self.classes = sorted(os.listdir(root))
        self.items = []
        for label, name in enumerate(self.classes):
            folder = os.path.join(root, name)
            self.items += [(os.path.join(folder, f), label) for f in sorted(os.listdir(folder))]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        path, label = self.items[index]
        pixels = Image.open(path).convert("L").resize((28, 28))
        return torch.tensor(list(pixels.getdata())).float().view(1, 28, 28) / 255, label


def parse():
    parser = argparse.ArgumentParser(description="Train a flower classifier")
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32)
    return parser.parse_args()


def main():
    args = parse()
    train = ImageTree(os.path.join(args.data, "train"))
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, len(train.classes)))
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(args.epochs):
        for x, y in DataLoader(train, args.batch_size, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


if __name__ == "__main__":
    main()
