import torch
from torch import nn

torch.manual_seed(0)
NODES, EDGES = 60, 400


class MeanConv(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.own = nn.Linear(inside, outside)
        self.neighbour = nn.Linear(inside, outside)

    def forward(self, h, edges):
        source, target = edges
        total = torch.zeros_like(h).index_add(0, target, h[source])
        degree = torch.bincount(target, minlength=len(h)).unsqueeze(1)
        return self.own(h) + self.neighbour(total / degree)


class GraphNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = MeanConv(8, 16)
        self.second = MeanConv(16, 3)

    def forward(self, h, edges):
        return self.second(torch.relu(self.first(h, edges)), edges)


labels = torch.randint(0, 3, (NODES,))
features = torch.randn(NODES, 8) + labels[:, None]
edges = torch.randint(0, NODES, (2, EDGES))
edges = torch.cat([edges, torch.arange(NODES).repeat(2, 1).roll(1, dims=1)[:, :]], dim=1)

net = GraphNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(60):
    keep = torch.rand(edges.shape[1]) > min(0.5, epoch * 0.012)
    logits = net(features, edges[:, keep])
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item(), (logits.argmax(1) == labels).float().mean().item())
