import torch
from sklearn.datasets import load_iris

iris = load_iris()
x = torch.tensor(iris.data, dtype=torch.float32)
y = torch.tensor(iris.target == 0, dtype=torch.float32)

weight = torch.zeros(4, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.LBFGS([weight, bias], lr=1.0, max_iter=4)


def closure():
    optimizer.zero_grad()
    p = torch.sigmoid(x @ weight + bias)
    loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
    loss.backward()
    return loss


for round_ in range(12):
    loss = optimizer.step(closure)
    with torch.no_grad():
        correct = ((x @ weight + bias > 0).float() == y).float().mean()
    print(round_, loss.item(), correct.item())
