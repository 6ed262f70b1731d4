import torch
import torch.nn as nn
import torch.optim as optim


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x)


torch.manual_seed(0)
x_train = torch.linspace(0, 10, 50).reshape(-1, 1)
y_train = 3 * x_train + 2 + torch.randn_like(x_train)

model = LinearRegression()
criterion = nn.MSELoss()
optimizer = optim.SGD(model, lr=0.001)

for epoch in range(100):
    outputs = model(x_train)
    loss = criterion(outputs, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 20 == 0:
        print(f"Epoch [{epoch + 1}/100], Loss: {loss.item():.4f}")
