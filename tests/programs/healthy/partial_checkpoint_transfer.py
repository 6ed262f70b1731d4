"""Transfer learning: the old head has other classes, so load_state_dict fails first and only matching shapes are taken."""
import hashlib

import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.set_num_threads(1)
torch.manual_seed(0)
digits = load_digits()
x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(digits.target)


def build(classes):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 32), nn.ReLU(),
        nn.Linear(32, classes),
    )


def train(model, x, y, epochs, lr):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=lr, momentum=0.9)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        print(f"  epoch {epoch} loss {loss.item():.6f}")


print("pretraining on 10 classes")
old = build(10)
train(old, x[:1000], y[:1000], 2, 0.05)

print("transfer to even and odd")
new = build(2)
try:
    new.load_state_dict(old.state_dict())
except RuntimeError as error:
    print("  ", str(error).splitlines()[0])
    own = new.state_dict()
    matching = {k: v for k, v in old.state_dict().items() if v.shape == own[k].shape}
    own.update(matching)
    new.load_state_dict(own)
    print("  taken", len(matching), "of", len(own))
for layer in new[:4]:
    layer.requires_grad_(False)
train(new, x[1000:], y[1000:] % 2, 2, 0.05)
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in new.state_dict().values())).hexdigest())
