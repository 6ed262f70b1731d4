import torch
from sklearn.datasets import load_sample_images
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Scenes(Dataset):
    def __init__(self, size=20):
        self.items = []
        for photo, name in zip(load_sample_images().images, ["china", "flower"]):
            for row in range(0, 400, 40):
                for column in range(0, 600, 100):
                    patch = torch.tensor(photo[row:row + size, column:column + size]).permute(2, 0, 1)
                    self.items.append((patch / 255, name))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


class SceneNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential()
        for i, (a, b) in enumerate([(3, 6), (6, 12)]):
            self.features.add_module(f"conv{i}", nn.Conv2d(a, b, 3, stride=2))
            self.features.add_module(f"relu{i}", nn.ReLU())
        self.head = nn.Linear(12, 2)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def main():
    torch.manual_seed(0)
    loader = DataLoader(Scenes(), batch_size=10, shuffle=True)
    model = SceneNet()
    optimizer = torch.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    for epoch in range(2):
        for images, names in loader:
            loss = criterion(model(images), names)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
