import torch
from torch import nn

TEXT = "the quick brown fox jumps over the lazy dog while the slow green turtle sleeps near the river bank " * 6
letters = sorted(set(TEXT))
ids = torch.tensor([letters.index(c) for c in TEXT])
torch.manual_seed(0)


def causal_mask(n):
    allowed = torch.tril(torch.ones(n, n))
    return (1 - allowed) * float("-inf")


class LetterModel(nn.Module):
    def __init__(self, dim=24, context=16):
        super().__init__()
        self.embed = nn.Embedding(len(letters), dim)
        self.place = nn.Embedding(context, dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.head = nn.Linear(dim, len(letters))
        self.register_buffer("mask", causal_mask(context))

    def forward(self, t):
        x = self.embed(t) + self.place.weight
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        weights = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5 + self.mask).softmax(dim=-1)
        return self.head(x + weights @ v)


model = LetterModel()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(60):
    start = torch.randint(0, len(ids) - 17, (12,)).tolist()
    x = torch.stack([ids[s:s + 16] for s in start])
    y = torch.stack([ids[s + 1:s + 17] for s in start])
    loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, loss.item())
