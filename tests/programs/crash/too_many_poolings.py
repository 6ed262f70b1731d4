import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class DeepNet(nn.Module):
    def __init__(self, depth=4):
        super().__init__()
        self.stages = nn.ModuleList()
        channels = 1
        for level in range(depth):
            self.stages.append(nn.Sequential(
                nn.Conv2d(channels, 8 << level, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ))
            channels = 8 << level
        self.classifier = nn.Linear(channels, 10)

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return self.classifier(torch.flatten(x, 1))


digits = load_digits()
images = torch.tensor(digits.images).float().unsqueeze(1)
loader = DataLoader(TensorDataset(images, torch.tensor(digits.target)), batch_size=128, shuffle=True)
model = DeepNet()
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.CrossEntropyLoss()

for epoch in range(2):
    for batch_idx, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        if batch_idx % 5 == 0:
            print(f"Train Epoch: {epoch} [{batch_idx}/{len(loader)}] Loss: {loss.item():.6f}")
