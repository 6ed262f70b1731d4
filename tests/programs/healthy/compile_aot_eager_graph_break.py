"""torch.compile (aot_eager) of a whole training step that prints inside forward, so the graph is broken once."""
import hashlib

import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Talkative(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 16)
        self.second = nn.Linear(16, 3)
        self.calls = 0

    def forward(self, x):
        h = torch.nn.functional.silu(self.first(x))
        self.announce()
        return self.second(h)

    @torch.compiler.disable
    def announce(self):
        self.calls += 1
        if self.calls in (1, 10):
            print("forward call", self.calls)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    x, y = load_iris(return_X_y=True)
    data = TensorDataset(torch.tensor((x - x.mean(0)) / x.std(0)).float(), torch.tensor(y))
    loader = DataLoader(data, batch_size=30, shuffle=True)
    model = Talkative()
    step_model = torch.compile(model, backend="aot_eager")
    optimizer = torch.optim.Adam(step_model.parameters(), lr=0.02)
    for epoch in range(5):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(step_model(xb), yb)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.6f}")
    print("keys", list(step_model.state_dict())[:2])
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
