"""Modes that print every operator and function of whole steps, a patched `Tensor.item`, dry runs on fake and meta tensors, and a traced step."""
import collections

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


class Operators(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.seen = collections.Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.seen[str(function)] += 1
        return function(*args, **(kwargs or {}))


class Functions(TorchFunctionMode):
    def __init__(self):
        super().__init__()
        self.seen = collections.Counter()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.seen[getattr(function, "__name__", str(function))] += 1
        return function(*args, **(kwargs or {}))


def train(steps):
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(steps):
        loss = model(torch.randn(4, 8)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def update(weight, x):
    loss = (x @ weight).square().mean()
    (gradient,) = torch.autograd.grad(loss, weight)
    return weight - 0.1 * gradient


def forbidden(self):
    raise RuntimeError("no .item() in the loop")


with FakeTensorMode():
    train(3)
with torch.device("meta"):
    train(3)
torch.manual_seed(0)
with Operators() as operators, Functions() as functions:
    train(3)
print(sorted(operators.seen.items()), sorted(functions.seen.items()))
for mode in ("real", "fake"):
    print(make_fx(update, tracing_mode=mode)(torch.randn(8, 1, requires_grad=True), torch.randn(4, 8)).code)
item, torch.Tensor.item = torch.Tensor.item, forbidden
model = train(20)
torch.Tensor.item = item
print(sum(parameter.double().sum().item() for parameter in model.parameters()))
