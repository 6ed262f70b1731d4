import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.from_numpy(digits.images).float().unsqueeze(1) / 16
y = torch.from_numpy(digits.target).long()

model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 4 * 4, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)

optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_function = nn.CrossEntropyLoss()

for epoch in range(5):
    for i in range(0, len(x), 64):
        prediction = model(x[i:i + 64])
        loss = loss_function(prediction, y[i:i + 64])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch %d loss %.4f" % (epoch, loss.item()))
