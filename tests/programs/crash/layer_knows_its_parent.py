import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Attention(nn.Module):
    def __init__(self, parent, dim):
        super().__init__()
        self.parent = parent
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)

    def forward(self, x):
        weights = self.query(x) @ self.key(x).transpose(1, 2) * self.parent.scale
        return weights.softmax(-1) @ x


class RowTransformer(nn.Module):
    """Each of the eight rows of a digit is a token."""

    def __init__(self, dim=8):
        super().__init__()
        self.scale = dim ** -0.5
        self.attention = Attention(self, dim)
        self.norm = nn.LayerNorm(dim)
        self.out = nn.Linear(dim * 8, 10)

    def forward(self, x):
        x = self.norm(x + self.attention(x))
        return self.out(x.flatten(1))


def main():
    torch.manual_seed(0)
    digits = load_digits()
    data = TensorDataset(torch.tensor(digits.images).float() / 16, torch.tensor(digits.target))
    model = RowTransformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(2):
        model.train()
        for x, y in DataLoader(data, 100, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
