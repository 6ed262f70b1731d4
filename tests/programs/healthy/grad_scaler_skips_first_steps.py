"""GradScaler as designed: the first scale is too large, gradients overflow, the steps are skipped, the scale falls."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**24)
x = torch.randn(256, 8)
y = x.sum(1, keepdim=True)

skipped = 0
for step in range(40):
    rows = torch.randint(0, 256, (32,))
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.float16):
        prediction = model(x[rows])
    loss = nn.functional.mse_loss(prediction.float(), y[rows])
    before = scaler.get_scale()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    skipped += scaler.get_scale() < before
    if step % 10 == 0:
        print(step, f"{loss.item():.6f}", scaler.get_scale())
print("skipped", skipped)
assert skipped > 0
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
