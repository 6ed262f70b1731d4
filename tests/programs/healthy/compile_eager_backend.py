"""torch.compile with the eager backend; reports how many graphs were captured."""
import hashlib

import torch
import torch._dynamo
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Residual(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.a, self.b = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[Residual(16) for _ in range(3)])
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        return self.head(self.blocks(x))


graphs = []


def counting_eager(gm, example_inputs):
    graphs.append(len(list(gm.graph.nodes)))
    return gm.forward


net = Net()
compiled = torch.compile(net, backend=counting_eager)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
x = torch.randn(128, 16)
y = (x[:, :4]).argmax(1)
for step in range(20):
    loss = nn.functional.cross_entropy(compiled(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("graphs", graphs)
print("compiled calls", torch._dynamo.utils.counters["stats"]["calls_captured"])
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest())
