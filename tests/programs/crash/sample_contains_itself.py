import torch
from sklearn.datasets import load_linnerud
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Linnerud(Dataset):
    """Three exercises against three measures of the body."""

    def __init__(self):
        data = load_linnerud()
        self.x = torch.tensor(data.data).float()
        self.x = (self.x - self.x.mean(0)) / self.x.std(0)
        self.y = torch.tensor(data.target).float()
        self.y = (self.y - self.y.mean(0)) / self.y.std(0)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        sample = {"x": self.x[index], "y": self.y[index], "index": index}
        sample["raw"] = sample
        return sample


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Bilinear(3, 3, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x, x)))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(10):
        for batch in DataLoader(Linnerud(), batch_size=5, shuffle=True):
            loss = nn.functional.mse_loss(model(batch["x"]), batch["y"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
