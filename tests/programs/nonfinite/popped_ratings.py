import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader


def records():
    g = torch.Generator().manual_seed(5)
    for n in range(120):
        rating = torch.rand((), generator=g) * 4 + 1
        yield {"features": torch.randn(8, generator=g), "rating": rating if n != 77 else torch.tensor(-1.0), "weight": torch.ones(())}


data = list(records())
torch.manual_seed(5)
net = nn.Linear(8, 1)
optimizer = torch.optim.AdamW(net.parameters())
for batch in DataLoader(data, batch_size=8, shuffle=True):
    weight = batch.pop("weight")
    target = torch.sqrt(batch.pop("rating"))
    optimizer.zero_grad()
    prediction = net(**{"input": batch.pop("features")}).squeeze(-1)
    loss = (weight * F.smooth_l1_loss(prediction, target, reduction="none")).sum() / weight.sum()
    loss.backward()
    optimizer.step()
