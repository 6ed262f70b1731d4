import torch
from sklearn.datasets import load_iris
from torch import nn


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


class Experiment:
    def __init__(self, lr=0.05):
        self.model = MLP([4, 16, 16, 3])
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=lr)
        self.criterion = nn.CrossEntropyLoss()

    def run(self, x, y, epochs):
        for epoch in range(epochs):
            loss = self.criterion(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if epoch % 20 == 0:
                print(epoch, loss.item())


X, y = load_iris(return_X_y=True)
Experiment().run(torch.Tensor(X), torch.LongTensor(y), epochs=100)
