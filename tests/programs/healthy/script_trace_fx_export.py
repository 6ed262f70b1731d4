"""The same small net trained as TorchScript, traced, as an fx GraphModule; exported at the end."""
import hashlib
import warnings

import torch
import torch.fx
from torch import nn

warnings.filterwarnings("ignore")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 12), nn.Linear(12, 2)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


def fit(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(15):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(96, 4)
y = (x[:, 0] * 2 > x[:, 1]).long()
digest = hashlib.sha256()
makers = {
    "plain": lambda net: net,
    "script": torch.jit.script,
    "trace": lambda net: torch.jit.trace(net, x[:2]),
    "fx": torch.fx.symbolic_trace,
}
for name, make in makers.items():
    torch.manual_seed(1)
    model = make(Net())
    print(name, f"{fit(model, x, y):.6f}")
    for v in model.state_dict().values():
        digest.update(v.detach().numpy().tobytes())
program = torch.export.export(Net().eval(), (x[:2],))
print("exported nodes", [n.name for n in program.graph.nodes])
print("digest", digest.hexdigest())
