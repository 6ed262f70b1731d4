# Looks at the world as scripts do: sys.argv, __file__, __name__, __main__, its own source and the environment.
import hashlib
import inspect
import os
import sys

import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
print("name", __name__, "file", os.path.basename(__file__))
print("argv0", os.path.basename(sys.argv[0]), "rest", sys.argv[1:])
print("same file", os.path.samefile(sys.argv[0], __file__))
print("path[0] is here", os.path.realpath(sys.path[0]) == os.path.realpath(here))
print("main module", sys.modules["__main__"].__file__ == __file__, globals()["__doc__"], __package__, __spec__)
print("source starts", open(__file__).readline().split(":")[0])
print("interactive", bool(sys.flags.interactive), "optimize", sys.flags.optimize, "frozen", getattr(sys, "frozen", False))
print("stack depth", len(inspect.stack()))

options = dict(arg.split("=") for arg in sys.argv[1:])
torch.manual_seed(int(options["seed"]))
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, int(options["units"]))

    def forward(self, x):
        return self.fc(x).square().sum(1)


print("module", Net.__module__, Net.__qualname__, "lines", len(inspect.getsource(Net).splitlines()))
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
x = torch.randn(50, 2)
for step in range(20):
    loss = (net(x) - x.norm(dim=1)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest())
