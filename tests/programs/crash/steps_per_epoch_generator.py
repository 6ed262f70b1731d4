import numpy as np
import torch
import torch.nn as nn


def batch_generator(x, y, batch_size):
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start:start + batch_size]
        yield torch.tensor(x[chosen]), torch.tensor(y[chosen])


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(6, 32), nn.ELU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x)


def fit(model, generator, steps_per_epoch, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    mse = nn.MSELoss()
    for epoch in range(epochs):
        for _ in range(steps_per_epoch):
            features, prices = generator.__next__()
            optimizer.zero_grad()
            loss = mse(model(features), prices)
            loss.backward()
            optimizer.step()
        print(f"Epoch {epoch + 1}/{epochs} - loss: {loss.item():.4f}")


np.random.seed(0)
X = np.random.rand(320, 6).astype("float32")
Y = (X @ np.arange(6, dtype="float32"))[:, None]
fit(Regressor(), batch_generator(X, Y, 32), steps_per_epoch=10, epochs=3)
