import torch
from torch import nn

torch.manual_seed(3)
series = torch.cumsum(torch.randn(12, 300), dim=1) / 10
observed = torch.rand(12, 300) > 0.4
observed[:, 240:260] = False


class Forecaster(nn.Module):
    def __init__(self, hidden=20):
        super().__init__()
        self.cell = nn.LSTM(2, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, values, seen, state):
        x = torch.stack([values * seen, seen.float()], dim=-1)
        h, state = self.cell(x, state)
        return self.out(h).squeeze(-1), state


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum()


model = Forecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
span = 20

for epoch in range(3):
    state = None
    for t in range(0, 280, span):
        inputs = series[:, t:t + span]
        targets = series[:, t + 1:t + span + 1]
        prediction, state = model(inputs, observed[:, t:t + span], state)
        error = (prediction - targets) ** 2
        loss = masked_mean(error[:, :-1], observed[:, t + 1:t + span])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        state = tuple(s.detach() for s in state)
    print(epoch, loss.item())
