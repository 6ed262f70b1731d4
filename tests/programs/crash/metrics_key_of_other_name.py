from collections import deque

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Callback:
    def on_step(self, trainer, logs):
        pass


class PrintLoss(Callback):
    def __init__(self, every):
        self.every = every
        self.recent = deque(maxlen=every)

    def on_step(self, trainer, logs):
        self.recent.append(logs["loss"])
        if trainer.step % self.every == 0:
            accuracy = logs["acc"]
            print(f"step {trainer.step}: loss {sum(self.recent) / len(self.recent):.4f} acc {accuracy:.3f}")


class Trainer:
    def __init__(self, model, callbacks):
        self.model, self.callbacks, self.step = model, callbacks, 0
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def train_step(self, x, y):
        scores = self.model(x)
        loss = nn.functional.cross_entropy(scores, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item(), "accuracy": (scores.argmax(1) == y).float().mean().item()}

    def fit(self, loader, epochs):
        for _ in range(epochs):
            for x, y in loader:
                self.step += 1
                logs = self.train_step(x, y)
                for callback in self.callbacks:
                    callback.on_step(self, logs)


torch.manual_seed(0)
cancer = load_breast_cancer()
x = torch.tensor((cancer.data - cancer.data.mean(0)) / cancer.data.std(0)).float()
loader = DataLoader(TensorDataset(x, torch.tensor(cancer.target)), batch_size=40, shuffle=True)
Trainer(nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 2)), [PrintLoss(every=10)]).fit(loader, 3)
