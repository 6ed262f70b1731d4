import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split


class Tumours(Dataset):
    def __init__(self):
        data = load_breast_cancer()
        self.x = torch.tensor(data.data, dtype=torch.float32)
        self.x = (self.x - self.x.mean(0)) / self.x.std(0)
        self.y = torch.tensor(data.target, dtype=torch.float32)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class Classifier(nn.Module):
    def __init__(self, n_features, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_features, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(5)
train_set, val_set = random_split(Tumours(), [455, 114])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)

net = Classifier(30, 24)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2)

for epoch in range(4):
    net.train()
    running = 0.0
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(epoch, running / len(train_loader))
