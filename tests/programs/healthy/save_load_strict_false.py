"""Train, save the weights, load them into a model with one more head (strict=False), go on training."""
import hashlib
import os
import tempfile

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self, with_aux=False):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.ReLU())
        self.head = nn.Linear(16, 1)
        if with_aux:
            self.aux = nn.Linear(16, 1)

    def forward(self, x):
        h = self.body(x)
        return (self.head(h), self.aux(h)) if hasattr(self, "aux") else self.head(h)


x = torch.randn(200, 6)
y = x[:, :2].sum(1, keepdim=True).tanh()
z = x[:, 2:4].prod(1, keepdim=True)

first = Net()
optimizer = torch.optim.Adam(first.parameters(), lr=0.01)
for step in range(20):
    loss = nn.functional.mse_loss(first(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("first", f"{loss.item():.6f}")

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "weights.pt")
    torch.save(first.state_dict(), path)
    second = Net(with_aux=True)
    result = second.load_state_dict(torch.load(path), strict=False)
print("missing", result.missing_keys, "unexpected", result.unexpected_keys)
assert torch.equal(first(x), second(x)[0])

optimizer = torch.optim.Adam(second.parameters(), lr=0.01)
for step in range(20):
    main, aux = second(x)
    loss = nn.functional.mse_loss(main, y) + nn.functional.mse_loss(aux, z)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("second", f"{loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in second.state_dict().values())).hexdigest())
