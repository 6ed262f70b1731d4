import torch
from torch import nn
from torch.utils.data import DataLoader

TAGS = ["indoor", "people", "animal", "night", "water", "food"]
rng = torch.Generator().manual_seed(0)


def sample():
    x = torch.randn(20, generator=rng)
    return x, (x[:len(TAGS)] > 0.3).float()


data = [sample() for _ in range(160)]


class Tagger(nn.Module):
    def __init__(self, tags=5):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(20, 32), nn.LeakyReLU(0.1))
        self.tags = nn.Linear(32, tags)

    def forward(self, x):
        return self.tags(self.trunk(x))


model = Tagger()
optimizer = torch.optim.NAdam(model.parameters(), lr=2e-3)
loss_fn = nn.MultiLabelSoftMarginLoss()

step = 0
while step < 60:
    for x, tags in DataLoader(data, batch_size=16, shuffle=True, generator=rng):
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
