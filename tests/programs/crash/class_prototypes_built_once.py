import torch
from sklearn.datasets import load_digits
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 12))

    def forward(self, x):
        return nn.functional.normalize(self.layers(x), dim=-1)


class FewShot:
    """Prototypical network: a class is the mean of its support embeddings."""

    def __init__(self):
        digits = load_digits()
        self.x = torch.tensor(digits.data, dtype=torch.float32) / 16
        self.y = torch.tensor(digits.target)
        self.encoder = Encoder()
        self.optimizer = torch.optim.Adam(self.encoder.parameters(), lr=1e-3)

    def prototypes(self, shots=5):
        return torch.stack([self.encoder(self.x[self.y == c][:shots]).mean(0) for c in range(10)])

    def train(self, epochs):
        for epoch in range(epochs):
            prototypes = self.prototypes()
            for rows in torch.randperm(len(self.x))[:300].split(50):
                scores = -torch.cdist(self.encoder(self.x[rows]), prototypes)
                loss = nn.functional.cross_entropy(scores, self.y[rows])
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            print("epoch", epoch, "loss", loss.item())


torch.manual_seed(0)
FewShot().train(2)
