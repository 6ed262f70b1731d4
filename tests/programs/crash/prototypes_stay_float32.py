import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
images, labels = torch.tensor(digits.images[:256]).flatten(1) / 16, torch.tensor(digits.target[:256])


class Prototypes(nn.Module):
    def __init__(self, classes=10, width=16):
        super().__init__()
        self.encoder = nn.Linear(64, width)
        self.centres = torch.randn(classes, width)

    def forward(self, x):
        query = self.encoder(x)
        return query @ self.centres.t()


torch.manual_seed(0)
model = Prototypes().to(torch.bfloat16)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for start in range(0, 256, 32):
    scores = model(images[start : start + 32].bfloat16())
    loss = nn.functional.cross_entropy(scores, labels[start : start + 32])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
