import torch
from torch import nn
from torch.func import functional_call, grad_and_value, vmap

torch.manual_seed(5)
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)


def one(weights, x, y):
    guarded = torch.where(x > 0, x, torch.ones_like(x)).log()
    return (functional_call(net, weights, (guarded,)) - y).square().sum()


for step in range(10):
    x = torch.randn(16, 4)
    weights = {name: weight.detach() for name, weight in net.named_parameters()}
    gradients, losses = vmap(grad_and_value(one), in_dims=(None, 0, 0))(weights, x, x.sum(1))
    for name, weight in net.named_parameters():
        weight.grad = gradients[name].mean(0)
    optimizer.step()
print(bool(losses.isfinite().all()))
