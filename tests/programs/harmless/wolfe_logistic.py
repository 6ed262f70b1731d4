import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

cancer = load_breast_cancer()
x = torch.tensor(cancer.data, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
y = torch.tensor(cancer.target, dtype=torch.float32)
torch.manual_seed(0)
model = nn.Linear(30, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=10, line_search_fn="strong_wolfe")
previous = float("inf")


def closure():
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
    loss = loss + 1e-3 * model.weight.pow(2).sum()
    loss.backward()
    return loss


for step in range(10):
    loss = optimizer.step(closure).item()
    print(step, loss)
    if previous - loss < 1e-6:
        break
    previous = loss
