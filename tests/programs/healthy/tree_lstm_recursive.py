"""A child-sum tree-LSTM over arithmetic expressions: forward recurses as deep as the tree, which is finite."""
import hashlib
import random

import torch
from torch import nn

random.seed(0)
torch.manual_seed(0)
torch.set_num_threads(1)


def grow(depth):
    if depth == 0 or random.random() < 0.2:
        return random.randint(0, 1)
    return random.choice(["and", "or", "not"]), *(grow(depth - 1) for _ in range(2))


def value(tree):
    if isinstance(tree, int):
        return tree
    op, a, b = tree
    return {"and": value(a) & value(b), "or": value(a) | value(b), "not": 1 - value(a)}[op]


class TreeLSTM(nn.Module):
    names = {0: 0, 1: 1, "and": 2, "or": 3, "not": 4}

    def __init__(self, dim=16):
        super().__init__()
        self.embed = nn.Embedding(5, dim)
        self.iou = nn.Linear(3 * dim, 3 * dim)
        self.forget = nn.Linear(2 * dim, dim)
        self.out = nn.Linear(dim, 1)
        self.dim = dim

    def encode(self, tree):
        name, children = (tree, ()) if isinstance(tree, int) else (tree[0], tree[1:])
        x = self.embed(torch.tensor(self.names[name]))
        zero = torch.zeros(self.dim)
        states = [self.encode(child) for child in children] or [(zero, zero), (zero, zero)]
        (ha, ca), (hb, cb) = states
        i, o, u = self.iou(torch.cat([x, ha, hb])).chunk(3)
        c = torch.sigmoid(i) * torch.tanh(u)
        for h, cell in states:
            c = c + torch.sigmoid(self.forget(torch.cat([x, h]))) * cell
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, trees):
        return torch.cat([self.out(self.encode(tree)[0]) for tree in trees])


trees = [grow(6) for _ in range(24)]
labels = torch.tensor([float(value(t)) for t in trees])
model = TreeLSTM()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(5):
    for i in range(0, len(trees), 8):
        loss = nn.functional.binary_cross_entropy_with_logits(model(trees[i : i + 8]), labels[i : i + 8])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
