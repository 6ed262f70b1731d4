"""Wrappers that delegate by __getattr__: around a module, an optimizer, a loader and a batch."""
import hashlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)


class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.asked = 0

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            self.__dict__["asked"] = self.__dict__.get("asked", 0) + 1
            return getattr(super().__getattr__("inner"), name)

    def forward(self, x):
        return self.inner(x)


class Proxy:
    """Anything that is not known here is asked of the object inside."""

    def __init__(self, target):
        object.__setattr__(self, "_target", target)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "_target"), name)

    def __setattr__(self, name, value):
        setattr(self._target, name, value)

    def __iter__(self):
        return iter(self._target)


class Batch(dict):
    """Keys as attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 2)
        self.num_classes = 2

    def forward(self, x):
        return self.fc(x)


model = Wrapper(Wrapper(Inner()))
x = torch.randn(100, 5)
data = TensorDataset(x, (x.sum(1) > 0).long())
collate = lambda rows: Batch(x=torch.stack([r[0] for r in rows]), y=torch.stack([r[1] for r in rows]))
loader = Proxy(DataLoader(data, batch_size=20, shuffle=True, collate_fn=collate))
optimizer = Proxy(torch.optim.SGD(model.parameters(), lr=0.2))
for epoch in range(4):
    for batch in loader:
        loss = nn.functional.cross_entropy(model(batch.x), batch.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.6f}")
print("classes", model.num_classes, "asked", model.asked, model.inner.asked)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
