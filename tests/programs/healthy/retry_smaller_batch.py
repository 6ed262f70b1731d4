"""Out of memory is caught and the step is tried again with half the batch, until it fits."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
MEMORY = 40 * 64 * 4  # what our pretend device holds


class Hungry(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(16, 64), nn.Linear(64, 4)

    def forward(self, x):
        h = torch.relu(self.a(x))
        if h.numel() * h.element_size() > MEMORY:
            raise RuntimeError("CUDA out of memory. Tried to allocate %d bytes" % (h.numel() * h.element_size()))
        return self.b(h)


def train_step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def fit(model, x, y, batch_size=256):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(3):
        i = 0
        while i < len(x):
            try:
                loss = train_step(model, optimizer, x[i : i + batch_size], y[i : i + batch_size])
            except RuntimeError as error:
                if "out of memory" not in str(error):
                    raise
                batch_size //= 2
                print("batch size is now", batch_size)
                continue
            i += batch_size
        print(f"epoch {epoch} loss {loss:.6f}")


features = torch.randn(512, 16)
labels = features[:, :4].argmax(1)
model = Hungry()
fit(model, features, labels)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
