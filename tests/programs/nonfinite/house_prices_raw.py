import sys

import numpy as np
import torch
from torch import nn


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        self.history = []

    def fit(self, x, y, batch_size=32, epochs=3):
        for _ in range(epochs):
            for i in range(0, len(x), batch_size):
                self.history.append(self.step(x[i:i + batch_size], y[i:i + batch_size]))
        return self.history

    def step(self, x, y):
        prediction = self.model(x).squeeze(1)
        loss = nn.functional.mse_loss(prediction, y)
        if not np.isfinite(loss.item()):
            print("loss is no longer a number after", len(self.history), "steps")
            sys.exit(1)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def houses(n=640):
    rng = np.random.default_rng(12)
    area = rng.uniform(400, 4000, n)
    rooms = rng.integers(1, 9, n)
    year = rng.integers(1900, 2020, n)
    price = 150 * area + 8000 * rooms + 300 * (year - 1900) + rng.normal(0, 9000, n)
    features = np.stack([area, rooms, year], axis=1)
    return torch.tensor(features, dtype=torch.float32), torch.tensor(price, dtype=torch.float32)


torch.manual_seed(0)
x, y = houses()
history = Trainer(nn.Linear(3, 1), lr=1e-6).fit(x, y)
print(history[0], history[-1])
