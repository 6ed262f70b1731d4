import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

digits = load_digits()
X = digits.data.astype(np.float32)
Y = digits.target
batch = 64

torch.manual_seed(1)
w1 = (torch.randn(64, 40) * 0.1).requires_grad_()
b1 = torch.zeros(40, requires_grad=True)
w2 = (torch.randn(40, 10) * 0.1).requires_grad_()
b2 = torch.zeros(10, requires_grad=True)
params = [w1, b1, w2, b2]

for epoch in range(2):
    for i in range(0, len(X), batch):
        xb = torch.from_numpy(X[i:i + batch])
        yb = torch.from_numpy(Y[i:i + batch])
        xb = (xb - xb.mean(dim=0)) / xb.std(dim=0)
        hidden = torch.tanh(xb @ w1 + b1)
        loss = F.cross_entropy(hidden @ w2 + b2, yb)
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= 0.1 * p.grad
                p.grad = None
    print(epoch, loss.item())
