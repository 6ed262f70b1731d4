import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(6)
x = torch.randn(200, 10)
kind, depth = x[:, 0].gt(0).long(), x[:, 1].exp()
depth[133] = -2.0


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
        self.kind, self.depth = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.kind(h), self.depth(h).squeeze(1)


heads = Heads()
optimizer = torch.optim.Adam(heads.parameters(), 1e-3)
for inputs, wanted_kind, wanted_depth in DataLoader(TensorDataset(x, kind, depth), 20, shuffle=True):
    told_kind, told_depth = heads(inputs)
    classification = F.cross_entropy(told_kind, wanted_kind)
    regression = F.l1_loss(told_depth, wanted_depth.log())
    optimizer.zero_grad()
    torch.autograd.backward([classification, regression])
    optimizer.step()
