import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
n = 500
X = torch.randn(n, 6)
counts = torch.poisson(torch.exp(0.4 * X[:, 0] - 0.3 * X[:, 1]))
loader = DataLoader(TensorDataset(X, counts), batch_size=20, shuffle=True)


class RateModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 24)
        self.rate = nn.Linear(24, 1)
        nn.init.constant_(self.rate.bias, 3.0)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))
        return self.rate(h).squeeze(-1)


model = RateModel()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

it = iter(loader)
step = 0
while step < 300:
    try:
        x, k = next(it)
    except StopIteration:
        it = iter(loader)
        x, k = next(it)
    rate = model(x)
    log_likelihood = k * torch.log(rate) - rate
    loss = -log_likelihood.mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    step += 1
    if step % 50 == 0:
        print(f"{step:4d} nll {loss.item():.4f}")
