"""A trained teacher in eval mode, under no_grad, teaches a smaller student by KL divergence with a temperature."""
import hashlib

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)
digits = load_digits()
data = TensorDataset(torch.tensor(digits.data).float() / 16, torch.tensor(digits.target))
loader = DataLoader(data, batch_size=64, shuffle=True)


def mlp(hidden):
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, 10))


def epoch(model, optimizer, loss_fn):
    model.train()
    for x, y in loader:
        loss = loss_fn(model(x), x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


teacher, student = mlp(64), mlp(12)
optimizer = torch.optim.Adam(teacher.parameters(), lr=5e-3)
for e in range(3):
    print("teacher", e, f"{epoch(teacher, optimizer, lambda out, x, y: F.cross_entropy(out, y)):.6f}")
teacher.eval().requires_grad_(False)


def distill(out, x, y, T=3.0):
    soft = F.kl_div(F.log_softmax(out / T, 1), F.log_softmax(teacher(x) / T, 1), reduction="batchmean", log_target=True)
    return 0.3 * F.cross_entropy(out, y) + 0.7 * T * T * soft


optimizer = torch.optim.Adam(student.parameters(), lr=5e-3)
for e in range(3):
    print("student", e, f"{epoch(student, optimizer, distill):.6f}", "teacher training", teacher.training)
blob = b"".join(p.detach().numpy().tobytes() for m in (teacher, student) for p in m.parameters())
print("digest", hashlib.sha256(blob).hexdigest())
