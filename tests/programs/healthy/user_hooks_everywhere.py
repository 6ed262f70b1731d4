"""The user's own hooks: forward, full backward, gradient hooks on tensors, optimizer step hooks, anomaly mode."""
import hashlib
from collections import Counter

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

torch.manual_seed(0)
torch.set_num_threads(1)
calls = Counter()
norms = {}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 16), nn.Linear(16, 1)

    def forward(self, x):
        h = torch.sigmoid(self.a(x))
        if h.requires_grad:
            h.register_hook(lambda g: calls.update(["tensor"]) or g.clamp(-0.1, 0.1))
        return self.b(h)


model = Net()
handles = [
    model.a.register_forward_hook(lambda m, i, o: calls.update(["forward"])),
    model.a.register_forward_pre_hook(lambda m, i: calls.update(["forward pre"])),
    model.b.register_full_backward_hook(lambda m, gi, go: norms.update(b=go[0].norm().item())),
]
model.a.weight.register_hook(lambda g: 0.5 * g)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
optimizer.register_step_pre_hook(lambda o, a, k: calls.update(["step pre"]))
handles.append(register_optimizer_step_post_hook(lambda o, a, k: calls.update(["any step"])))
x = torch.rand(100, 6)
y = x.mean(1, keepdim=True)
with torch.autograd.set_detect_anomaly(True):
    for step in range(20):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 5 == 0:
            print(step, f"{loss.item():.6f}", f"{norms['b']:.6f}")
        if step == 14:
            for handle in handles:
                handle.remove()
print(sorted(calls.items()))
print("left", len(model.a._forward_hooks), len(model.a._forward_pre_hooks), len(model.b._backward_hooks))
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
