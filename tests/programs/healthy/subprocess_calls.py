"""Calls other programs: a shell, a second Python that uses torch, one that fails and is handled."""
import hashlib
import json
import subprocess
import sys

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def version():
    try:
        out = subprocess.run(["git", "describe-no-such-command"], capture_output=True, text=True, check=True)
        return out.stdout.strip()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return "unknown"


CHILD = """
import json, sys, torch
torch.set_num_threads(1)
g = torch.Generator().manual_seed(int(sys.argv[1]))
x = torch.randn(40, 3, generator=g)
w = torch.zeros(3, 1, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
for _ in range(5):
    loss = (x @ w - x.sum(1, keepdim=True)).square().mean()
    opt.zero_grad(); loss.backward(); opt.step()
print(json.dumps(x.tolist()))
"""

print("version", version())
print("shell", subprocess.check_output("echo hello | tr a-z A-Z", shell=True, text=True).strip())
child = subprocess.run([sys.executable, "-c", CHILD, "5"], capture_output=True, text=True, check=True)
print("child stdout lines", len(child.stdout.splitlines()))
x = torch.tensor(json.loads(child.stdout))

failed = subprocess.run([sys.executable, "-c", "import sys; sys.exit(9)"])
print("child exit", failed.returncode)
raised = subprocess.run([sys.executable, "-c", "raise ValueError('expected')"], stderr=subprocess.PIPE, text=True)
print("child raised", raised.returncode, raised.stderr.strip().splitlines()[-1])

model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(20):
    loss = nn.functional.mse_loss(model(x), x.sum(1, keepdim=True))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(step, f"{loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
