import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    def __init__(self):
        self.digits = load_digits()

    def __len__(self):
        return 200

    def __getitem__(self, index):
        return torch.tensor(self.digits.images[index], dtype=torch.float32)[None] / 16, int(self.digits.target[index])


torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
data = Digits()
for image, label in DataLoader(data, batch_size=1, shuffle=True):
    scores = model(image)
    loss = nn.functional.cross_entropy(scores, label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
