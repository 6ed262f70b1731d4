import torch
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)

torch.manual_seed(0)
weight = torch.zeros(X.shape[1], requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
lr = 0.5


def predict(x):
    return x @ weight + bias


def step(x, target):
    loss = ((predict(x) - target) ** 2).mean()
    loss.backward()
    for parameter in (weight, bias):
        parameter -= lr * parameter.grad
        parameter.grad.zero_()
    return loss.item()


for epoch in range(20):
    losses = [step(X[i:i + 50], y[i:i + 50]) for i in range(0, len(X), 50)]
    print(f"epoch {epoch}: {sum(losses) / len(losses):.4f}")
