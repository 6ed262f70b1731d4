"""Early stopping by an exception of the user's own, best weights restored, nan as the first best value."""
import copy
import hashlib
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class StopTraining(Exception):
    pass


class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.best, self.waited, self.state = patience, math.nan, 0, None

    def __call__(self, value, model):
        if not value >= self.best:
            self.best, self.waited, self.state = value, 0, copy.deepcopy(model.state_dict())
            return
        self.waited += 1
        if self.waited >= self.patience:
            raise StopTraining(f"no better for {self.waited} epochs")


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    x = torch.randn(120, 10)
    y = x[:, :1] + 0.8 * torch.randn(120, 1)
    train, val = random_split(TensorDataset(x, y), [60, 60])
    model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    stopping = EarlyStopping(patience=3)
    vx, vy = next(iter(DataLoader(val, batch_size=60)))
    try:
        for epoch in range(200):
            for xb, yb in DataLoader(train, batch_size=20, shuffle=True):
                loss = nn.functional.mse_loss(model(xb), yb)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            with torch.no_grad():
                val_loss = nn.functional.mse_loss(model(vx), vy).item()
            if epoch % 5 == 0:
                print(f"epoch {epoch} train {loss.item():.6f} val {val_loss:.6f}")
            stopping(val_loss, model)
    except StopTraining as stop:
        print("stopped at", epoch, stop)
        model.load_state_dict(stopping.state)
    print(f"best {stopping.best:.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


main()
