"""Settings with fallbacks: KeyError, AttributeError, ImportError and FileNotFoundError are all expected here."""
import hashlib
import json
import os

import torch
from torch import nn

torch.set_num_threads(1)

config = {"hidden": 12, "activation": "Swishy"}

try:
    lr = config["lr"]
except KeyError:
    lr = 0.05
try:
    activation = getattr(nn, config["activation"])
except AttributeError:
    activation = nn.ReLU
try:
    import some_fast_optimizer_that_is_not_installed as fast

    make_optimizer = fast.Lion
except ImportError:
    make_optimizer = torch.optim.SGD
try:
    with open(os.path.join(os.sep, "nowhere", "overrides.json")) as f:
        config.update(json.load(f))
except FileNotFoundError:
    print("no overrides")
try:
    seed = int(os.environ["MY_EXPERIMENT_SEED"])
except (KeyError, ValueError):
    seed = 17
try:
    device = torch.device("cuda")
    torch.zeros(1, device=device)
except (AssertionError, RuntimeError):
    device = torch.device("cpu")

torch.manual_seed(seed)
model = nn.Sequential(nn.Linear(3, config["hidden"]), activation(), nn.Linear(config["hidden"], 1)).to(device)
optimizer = make_optimizer(model.parameters(), lr=lr)
x = torch.randn(90, 3, device=device)
y = x.norm(dim=1, keepdim=True)
cache = {}
for step in range(30):
    part = step % 3
    try:
        xb, yb = cache[part]
    except KeyError:
        xb, yb = cache[part] = x[part::3], y[part::3]
    loss = nn.functional.mse_loss(model(xb), yb)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, f"{loss.item():.6f}")
print("lr", lr, "activation", activation.__name__, "seed", seed, "device", device.type)
print("digest", hashlib.sha256(b"".join(p.detach().cpu().numpy().tobytes() for p in model.parameters())).hexdigest())
