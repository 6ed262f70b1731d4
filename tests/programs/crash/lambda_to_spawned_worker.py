import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    def __init__(self, transform):
        self.images, self.labels = load_digits(return_X_y=True)
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(self.images[index]), int(self.labels[index])


def main():
    data = Digits(transform=lambda pixels: torch.tensor(pixels, dtype=torch.float32) / 16)
    loader = DataLoader(data, batch_size=64, shuffle=True, num_workers=2, multiprocessing_context="spawn")
    model = nn.Linear(64, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        print("finished epoch", epoch)


if __name__ == "__main__":
    main()
