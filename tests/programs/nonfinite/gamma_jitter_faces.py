import random

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class RandomGamma:
    def __init__(self, low=0.7, high=1.5, p=0.15):
        self.low, self.high, self.p = low, high, p

    def __call__(self, image):
        if random.random() < self.p:
            return image ** random.uniform(self.low, self.high)
        return image


class Normalise:
    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, image):
        return (image - self.mean) / self.std


class Augmented(Dataset):
    def __init__(self, images, labels, transforms):
        self.images, self.labels, self.transforms = images, labels, transforms

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        image = self.images[i]
        for transform in self.transforms:
            image = transform(image)
        return image[None], self.labels[i]


def main():
    random.seed(40)
    torch.manual_seed(40)
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32) / 16
    transforms = [Normalise(images.mean(), images.std()), RandomGamma(p=0.002)]
    loader = DataLoader(Augmented(images, torch.tensor(bunch.target), transforms), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(2):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
