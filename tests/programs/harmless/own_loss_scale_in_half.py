import torch
from torch import nn

torch.manual_seed(0)
master = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 1))
half = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 1)).half()
half.load_state_dict(master.state_dict())
optimizer = torch.optim.SGD(master.parameters(), lr=0.01)
scale, skipped = 2.0**18, 0
for _ in range(40):
    loss = (half(torch.randn(32, 16).half()) - 1).square().mean()
    half.zero_grad()
    (loss * scale).backward()
    gradients = [parameter.grad.float() / scale for parameter in half.parameters()]
    if not all(torch.isfinite(gradient).all() for gradient in gradients):
        scale, skipped = scale / 2, skipped + 1
        continue
    for parameter, gradient in zip(master.parameters(), gradients):
        parameter.grad = gradient
    optimizer.step()
    with torch.no_grad():
        for copy, original in zip(half.parameters(), master.parameters()):
            copy.copy_(original)
print(skipped, scale, loss.item())
