"""L-BFGS with a closure: several forward and backward passes inside one optimizer step."""
import hashlib

import torch
from sklearn.datasets import load_breast_cancer

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

x, y = load_breast_cancer(return_X_y=True)
x = torch.tensor((x - x.mean(0)) / x.std(0))
y = torch.tensor(y, dtype=torch.float64)
w = torch.zeros(30, requires_grad=True)
b = torch.zeros((), requires_grad=True)
optimizer = torch.optim.LBFGS([w, b], lr=1, max_iter=8, line_search_fn="strong_wolfe")
evaluations = 0


def closure():
    global evaluations
    evaluations += 1
    optimizer.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w + b, y) + 1e-3 * w.square().sum()
    loss.backward()
    return loss


for outer in range(5):
    loss = optimizer.step(closure)
    print(f"outer {outer} loss {loss.item():.10f} evaluations {evaluations}")

accuracy = (((x @ w + b) > 0) == (y > 0.5)).double().mean()
print("accuracy", round(accuracy.item(), 4))
print("digest", hashlib.sha256(w.detach().numpy().tobytes() + b.detach().numpy().tobytes()).hexdigest())
