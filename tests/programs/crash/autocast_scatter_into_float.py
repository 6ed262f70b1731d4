import torch
from torch import nn

torch.manual_seed(0)
EXPERTS = 4


class MixtureOfExperts(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.gate = nn.Linear(dim, EXPERTS)
        self.experts = nn.ModuleList(nn.Linear(dim, dim) for _ in range(EXPERTS))

    def forward(self, x):
        choice = self.gate(x).argmax(dim=-1)
        out = torch.zeros_like(x)
        for number, expert in enumerate(self.experts):
            rows = (choice == number).nonzero().squeeze(1)
            out.index_copy_(0, rows, expert(x[rows]))
        return out


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.mixture = MixtureOfExperts()
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(x + self.mixture(x))


x = torch.randn(256, 16)
y = (x[:, 0] * x[:, 1] > 0).long()
model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
accumulate = 4
for step in range(16):
    rows = torch.randint(0, 256, (32,))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows]) / accumulate
    loss.backward()
    if (step + 1) % accumulate == 0:
        optimizer.step()
        optimizer.zero_grad()
        print(step, loss.item() * accumulate)
