"""Mean teacher: the teacher is a deepcopy of the student, follows it as a moving average, and never gets a gradient."""
import copy
import hashlib

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
torch.set_num_threads(1)

d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(d.target)

student = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10)
)
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad = False


@torch.no_grad()
def update_ema(decay=0.95):
    for t, s in zip(teacher.parameters(), student.parameters()):
        t.mul_(decay).add_(s, alpha=1 - decay)
    for t, s in zip(teacher.buffers(), student.buffers()):
        t.copy_(s)


labeled = DataLoader(TensorDataset(x[:300], y[:300]), batch_size=30, shuffle=True)
unlabeled = DataLoader(TensorDataset(x[300:1500]), batch_size=120, shuffle=True)
optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9, nesterov=True)

for epoch in range(4):
    for (xl, yl), (xu,) in zip(labeled, unlabeled):
        with torch.no_grad():
            target = teacher(xu + 0.05 * torch.randn_like(xu)).softmax(1)
        consistency = F.mse_loss(student(xu).softmax(1), target)
        loss = F.cross_entropy(student(xl), yl) + consistency
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        update_ema()
    print(f"epoch {epoch} loss {loss.item():.6f}")

teacher.eval()
print("teacher accuracy", round((teacher(x[1500:]).argmax(1) == y[1500:]).float().mean().item(), 4))
blob = b"".join(v.numpy().tobytes() for m in (student, teacher) for v in m.state_dict().values())
print("digest", hashlib.sha256(blob).hexdigest())
