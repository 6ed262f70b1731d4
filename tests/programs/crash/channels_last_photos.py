import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_sample_images
from sklearn.feature_extraction.image import extract_patches_2d

china, flower = load_sample_images().images
rng = np.random.RandomState(0)
patches = np.concatenate([
    extract_patches_2d(china, (28, 28), max_patches=60, random_state=rng),
    extract_patches_2d(flower, (28, 28), max_patches=60, random_state=rng),
])
X = torch.tensor(patches, dtype=torch.float32) / 127.5 - 1
Y = torch.cat([torch.zeros(60), torch.ones(60)]).long()


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, kernel_size=5)
        self.conv2 = nn.Conv2d(12, 12, kernel_size=5)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return self.fc(x.mean(dim=(2, 3)))


model = CNN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
batch_size = 20
for epoch in range(3):
    order = torch.randperm(len(X))
    for i in range(0, len(X), batch_size):
        chosen = order[i:i + batch_size]
        out = model(X[chosen])
        loss = nn.CrossEntropyLoss()(out, Y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("Epoch:", epoch, "Loss:", loss.item())
