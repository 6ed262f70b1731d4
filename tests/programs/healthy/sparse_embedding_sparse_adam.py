"""Matrix factorisation with sparse gradients: SparseAdam for the embeddings, Adam for the biases."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
users, items = 50, 80
u, v = torch.randn(users, 3), torch.randn(items, 3)
pairs = torch.stack([torch.randint(0, users, (2000,)), torch.randint(0, items, (2000,))], 1)
ratings = (u[pairs[:, 0]] * v[pairs[:, 1]]).sum(1)


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(users, 4, sparse=True)
        self.item = nn.EmbeddingBag(items, 4, mode="sum", sparse=True)
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, pairs):
        item = self.item(pairs[:, 1:])
        return (self.user(pairs[:, 0]) * item).sum(1) + self.bias


model = Factors()
sparse = torch.optim.SparseAdam([*model.user.parameters(), *model.item.parameters()], lr=0.02)
dense = torch.optim.Adam([model.bias], lr=0.02)
for epoch in range(4):
    for rows in torch.randperm(2000).split(100):
        loss = nn.functional.mse_loss(model(pairs[rows]), ratings[rows])
        sparse.zero_grad()
        dense.zero_grad()
        loss.backward()
        sparse.step()
        dense.step()
    print(f"epoch {epoch} loss {loss.item():.6f} sparse {model.user.weight.grad.is_sparse}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
