"""Modules made in unusual ways: mixins with super(), dataclass modules, __new__, a metaclass, init called twice, setattr later."""
import hashlib
from dataclasses import dataclass

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
registry = {}


class Registered(type):
    def __new__(mcls, name, bases, namespace):
        registry[name] = cls = super().__new__(mcls, name, bases, namespace)
        return cls


class Counts:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.count = 0

    def __call__(self, *args, **kwargs):
        self.count += 1
        return super().__call__(*args, **kwargs)


class CountedLinear(Counts, nn.Linear, metaclass=Registered):
    pass


@dataclass(eq=False)
class Mlp(nn.Module):
    width: int
    depth: int = 2

    def __post_init__(self):
        super().__init__()
        self.layers = nn.ModuleList(CountedLinear(self.width, self.width) for _ in range(self.depth))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x


class Twice(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        super().__init__()

    def __new__(cls, *args):
        self = super().__new__(cls)
        object.__setattr__(self, "made", True)
        return self

    def forward(self, x):
        return self.late(x)


model = nn.Sequential()
model.add_module("body", Mlp(5))
model.add_module("top", Twice())
model.top.late = nn.Linear(5, 1)  # set after construction
model.body.layers[0].weight = nn.Parameter(0.3 * torch.randn(5, 5))  # replaced before the optimizer sees it
optimizer = torch.optim.Adam([{"params": m.parameters(), "name": n} for n, m in model.named_children()], lr=0.02)
x = torch.randn(80, 5)
for step in range(24):
    loss = nn.functional.mse_loss(model(x), x[:, :1] * x[:, 1:2])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 8 == 0:
        print(step, f"{loss.item():.6f}")
print(sorted(registry), model.body.layers[0].count, model.top.made, [g["name"] for g in optimizer.param_groups])
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
