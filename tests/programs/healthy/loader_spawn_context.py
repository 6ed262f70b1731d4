"""Loader workers started with spawn: the module is imported again in the worker, so the main guard matters."""
import hashlib

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Majority(Dataset):
    """Eight bits, and whether more than half of them are set."""

    def __len__(self):
        return 256

    def __getitem__(self, i):
        bits = [(i >> k) & 1 for k in range(8)]
        return torch.tensor(bits, dtype=torch.float32), torch.tensor(float(sum(bits) > 4))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 48)
        self.out = nn.Linear(48, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x))).squeeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    loader = DataLoader(
        Majority(), batch_size=32, shuffle=True, num_workers=1, multiprocessing_context="spawn", persistent_workers=True
    )
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for epoch in range(4):
        for x, y in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
