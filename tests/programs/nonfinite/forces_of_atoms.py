import torch
from torch import nn

torch.manual_seed(0)
structures = torch.rand(300, 3, 3) * 4
structures[211, 1] = structures[211, 0]
forces = torch.randn(300, 3, 3) * 0.1

net = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)


def energy(atoms):
    distance = (atoms[[0, 0, 1]] - atoms[[1, 2, 2]]).square().sum(-1).sqrt()
    return net((1 / (distance + 0.5)).unsqueeze(-1)).sum()


for step in range(300):
    atoms = structures[step].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(energy(atoms), atoms, create_graph=True)
    loss = (-gradient - forces[step]).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
