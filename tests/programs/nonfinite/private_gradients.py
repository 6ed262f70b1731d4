"""Gradients of each sample, cut to a length and summed, as private training does it."""
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

torch.manual_seed(9)
incomes = torch.rand(96, 5) + 0.2
incomes[58, 0] = -0.4
loans = (incomes.sum(1) > 3.5).float()
model = nn.Linear(5, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)


def loss_of_one(weights, income, loan):
    logit = functional_call(model, weights, (torch.log(income),))
    return nn.functional.binary_cross_entropy_with_logits(logit.squeeze(0), loan)


for batch in torch.arange(96).split(12):
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    each = vmap(grad(loss_of_one), in_dims=(None, 0, 0))(weights, incomes[batch], loans[batch])
    for name, weight in model.named_parameters():
        norms = each[name].flatten(1).norm(dim=1).clamp(min=1.0)
        weight.grad = (each[name] / norms.view(-1, *[1] * weight.dim())).mean(0)
    optimizer.step()
