"""log of non-positive values gives NaN and -inf; torch.where drops them, with safe inputs so gradients stay finite."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def signed_log(x):
    """log(1 + x) where x is positive, x elsewhere."""
    positive = x > 0
    noisy = torch.log(x.detach())  # NaN below zero, only looked at where it is fine
    safe = torch.where(positive, x, torch.ones_like(x))
    out = torch.where(positive, torch.log1p(safe), x)
    return out, torch.where(positive, noisy, torch.zeros_like(noisy))


x = torch.randn(256, 4)
x[::17, 0] = float("nan")  # the sensor was off
y = x.nan_to_num(0).sum(1).sigmoid()

model = nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for step in range(30):
    rows = torch.randint(0, 256, (64,))
    known = torch.where(torch.isnan(x[rows]), 0.0, x[rows])
    a, b = signed_log(known)
    features = torch.cat([a, b.clamp(-5, 5)], 1)
    assert torch.isfinite(features).all()
    loss = nn.functional.binary_cross_entropy_with_logits(model(features)[:, 0], y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, f"{loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
