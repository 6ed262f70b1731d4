import torch
from torch import nn

torch.manual_seed(1)
STATES = 4


class Chain(nn.Module):
    def __init__(self):
        super().__init__()
        self.transition = nn.Parameter(torch.zeros(STATES, STATES))
        self.emission = nn.Linear(5, STATES)
        self.register_buffer("forbidden", torch.eye(STATES).roll(2, 1).bool())
        start = torch.full((STATES,), -4.0)
        start[0] = 0
        self.register_buffer("start", start)

    def log_partition(self, x):
        moves = self.transition.masked_fill(self.forbidden, -torch.inf)
        scores = self.emission(x)
        alpha = self.start + scores[:, 0]
        for t in range(1, x.shape[1]):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + moves, dim=1) + scores[:, t]
        return torch.logsumexp(alpha, dim=1)


def observations(n):
    x = torch.randn(n, 8, 5)
    return x, x[..., 0].clamp(min=0).sum(dim=1)


model = Chain()
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
for step in range(80):
    x, y = observations(16)
    loss = nn.functional.mse_loss(model.log_partition(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item())
