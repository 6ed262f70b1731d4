import torch
from torch import nn


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 4))

    def attach(self, distiller):
        self.distiller = distiller

    def forward(self, x):
        return self.net(x)


class Distiller(nn.Module):
    def __init__(self, student, temperature=2.0):
        super().__init__()
        self.temperature = temperature
        self.teacher = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 4))
        self.student = student
        student.attach(self)

    def loss(self, x):
        with torch.no_grad():
            soft = (self.teacher(x) / self.temperature).softmax(1)
        scores = (self.student(x) / self.temperature).log_softmax(1)
        return nn.functional.kl_div(scores, soft, reduction="batchmean")


device = "cuda" if torch.cuda.is_available() else "cpu"
distiller = Distiller(Student())
distiller.to(device)
optimizer = torch.optim.Adam(distiller.student.net.parameters(), lr=1e-3)
for step in range(100):
    loss = distiller.loss(torch.randn(32, 10, device=device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
