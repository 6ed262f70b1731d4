"""No Module, no optimizer: plain tensors, a hand-written update under no_grad, gradients zeroed by hand."""
import hashlib

import numpy as np
import torch

torch.set_num_threads(1)
rng = np.random.default_rng(0)
features = rng.normal(size=(1000, 2))
labels = features @ np.array([2, -3.4]) + 4.2 + rng.normal(scale=0.01, size=1000)
features, labels = torch.tensor(features, dtype=torch.float32), torch.tensor(labels, dtype=torch.float32)


def data_iter(batch_size):
    order = rng.permutation(len(features))
    for i in range(0, len(order), batch_size):
        rows = torch.tensor(order[i : i + batch_size])
        yield features[rows], labels[rows]


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad / batch_size
            p.grad.zero_()


w = torch.tensor(rng.normal(scale=0.01, size=(2, 1)), dtype=torch.float32, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for x, y in data_iter(20):
        loss = ((x @ w + b).reshape(y.shape) - y) ** 2 / 2
        loss.sum().backward()
        sgd([w, b], 0.05, 20)
    with torch.no_grad():
        print(f"epoch {epoch + 1}, loss {((x @ w + b).reshape(y.shape) - y).square().mean().item():.7f}")
print("w", [round(v, 3) for v in w.flatten().tolist()], "b", round(b.item(), 3))
print("digest", hashlib.sha256(w.detach().numpy().tobytes() + b.detach().numpy().tobytes()).hexdigest())
