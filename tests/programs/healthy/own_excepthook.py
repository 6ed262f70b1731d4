"""The user installs an excepthook, calls it by hand for an error that is handled, and puts the old one back."""
import hashlib
import sys

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

seen = []


def notify(kind, value, trace):
    """Would send a message to the team."""
    seen.append(kind.__name__)
    print("notify:", kind.__name__, value)


previous = sys.excepthook
sys.excepthook = notify
print("mine is installed", sys.excepthook is notify, "previous callable", callable(previous))

model = nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
x = torch.randn(80, 6)
y = (x[:, 0] > 0).long()
for step in range(20):
    try:
        batch = x if step != 7 else x[:, :5]
        loss = nn.functional.cross_entropy(model(batch), y)
    except RuntimeError:
        sys.excepthook(*sys.exc_info())
        continue
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
assert sys.excepthook is notify
sys.excepthook = previous
print("seen", seen)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
