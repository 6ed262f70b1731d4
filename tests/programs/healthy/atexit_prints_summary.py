"""The summary and the digest are printed by atexit handlers, in their order, after the last line of the script."""
import atexit
import hashlib
import weakref

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
history = []


@atexit.register
def goodbye():
    print("goodbye")


@atexit.register
def summary():
    print("steps", len(history), "best", f"{min(history):.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


class Writer:
    def __init__(self):
        self.open = True
        self.finalizer = weakref.finalize(self, print, "writer closed")


writer = Writer()
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(40, 3)
for step in range(20):
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("end of the script")
