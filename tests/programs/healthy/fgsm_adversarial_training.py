"""Adversarial training: the attack takes gradients with respect to the input, in eval mode, between training steps."""
import hashlib

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
digits = load_digits()
x, y = torch.tensor(digits.data).float() / 16, torch.tensor(digits.target)
loader = DataLoader(TensorDataset(x[:1500], y[:1500]), batch_size=75, shuffle=True)
model = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)


def attack(images, labels, epsilon=0.05):
    was_training = model.training
    model.eval()
    images = images.clone().requires_grad_(True)
    loss = nn.functional.cross_entropy(model(images), labels)
    (gradient,) = torch.autograd.grad(loss, images)
    model.train(was_training)
    return (images + epsilon * gradient.sign()).clamp(0, 1).detach()


for epoch in range(3):
    for images, labels in loader:
        worse = attack(images, labels)
        optimizer.zero_grad()
        clean, hard = model(torch.cat([images, worse])).chunk(2)
        loss = nn.functional.cross_entropy(clean, labels) + nn.functional.cross_entropy(hard, labels)
        loss.backward()
        optimizer.step()
    model.eval()
    robust = (model(attack(x[1500:], y[1500:])).argmax(1) == y[1500:]).float().mean().item()
    model.train()
    print(f"epoch {epoch} loss {loss.item():.6f} robust accuracy {robust:.4f}")
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in model.state_dict().values())).hexdigest())
