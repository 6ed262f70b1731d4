import torch
from torch import nn

torch.manual_seed(2)
a, b = nn.Linear(6, 3), nn.Linear(6, 3)
optimizer = torch.optim.Adam([*a.parameters(), *b.parameters()], 1e-2)
for _ in range(12):
    x = torch.randn(10, 6)
    mask = torch.where(torch.rand(10, 3) < 0.3, -torch.inf, 0.0)
    mask[:, 0] = 0.0
    shares = (a(x) + mask).softmax(-1)
    one = -(shares.clamp(min=1e-6).log() * shares).sum(-1).mean()
    two = (b(x) - shares.detach()).pow(2).mean()
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward([one, two], [torch.tensor(0.1), torch.tensor(1.0)])
    optimizer.step()
