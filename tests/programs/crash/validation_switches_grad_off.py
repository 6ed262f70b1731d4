import torch
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from torch import nn


class WineTrainer:
    def __init__(self):
        torch.manual_seed(0)
        wine = load_wine()
        x = (wine.data - wine.data.mean(0)) / wine.data.std(0)
        parts = train_test_split(x, wine.target, test_size=0.3, random_state=0)
        self.x_train, self.x_val = (torch.tensor(p, dtype=torch.float32) for p in parts[:2])
        self.y_train, self.y_val = (torch.tensor(p) for p in parts[2:])
        self.model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)

    def train_epoch(self):
        self.model.train()
        for rows in torch.randperm(len(self.x_train)).split(31):
            loss = nn.functional.cross_entropy(self.model(self.x_train[rows]), self.y_train[rows])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return loss.item()

    def validate(self):
        self.model.eval()
        torch.set_grad_enabled(False)
        hits = self.model(self.x_val).argmax(1) == self.y_val
        return hits.float().mean().item()

    def fit(self, epochs):
        for epoch in range(epochs):
            loss = self.train_epoch()
            print(f"epoch {epoch} loss {loss:.3f} accuracy {self.validate():.2%}")


WineTrainer().fit(5)
