import numpy as np
import torch
from skimage import data
from torch import nn
from torch.utils.data import DataLoader, Dataset


class ScanTiles(Dataset):
    def __init__(self, size=20):
        page = data.page().astype(np.float32)
        rows, cols = page.shape[0] // size, page.shape[1] // size
        self.tiles = [page[r * size:(r + 1) * size, c * size:(c + 1) * size] for r in range(rows) for c in range(cols)]
        self.tiles.insert(131, np.full((size, size), 255.0, dtype=np.float32))

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, index):
        tile = self.tiles[index]
        label = float((tile < 110).mean() > 0.05)
        tile = (tile - tile.mean()) / tile.std()
        return torch.from_numpy(tile)[None], torch.tensor(label)


def train(model, loader, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        running = []
        for images, labels in loader:
            optimizer.zero_grad()
            logits = model(images).flatten()
            loss = loss_fn(logits, labels)
            loss.backward()
            optimizer.step()
            running.append(loss.item())
        print("epoch", epoch, "loss", np.mean(running))


def main():
    torch.manual_seed(11)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, stride=2), nn.ReLU(), nn.Conv2d(6, 12, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1)
    )
    dataset = ScanTiles()
    model(torch.zeros(1, 1, 20, 20))
    train(model, DataLoader(dataset, batch_size=12, shuffle=True, num_workers=2), epochs=2)


if __name__ == "__main__":
    main()
