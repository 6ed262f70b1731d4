"""A linear-chain CRF: forbidden transitions are -inf in the score table, logsumexp keeps the loss finite."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
TAGS = ["O", "B", "I"]


class CRF(nn.Module):
    def __init__(self):
        super().__init__()
        self.emit = nn.Linear(5, 3)
        self.transition = nn.Parameter(torch.zeros(3, 3))
        self.register_buffer("forbidden", torch.zeros(3, 3, dtype=torch.bool))
        self.forbidden[0, 2] = True  # no I after O

    def table(self):
        return self.transition.masked_fill(self.forbidden, float("-inf"))

    def forward(self, x, tags):
        scores, table = self.emit(x), self.table()
        alpha = scores[0] + torch.tensor([0.0, 0.0, float("-inf")])
        gold = scores[0, tags[0]]
        for i in range(1, len(x)):
            alpha = torch.logsumexp(alpha[:, None] + table, 0) + scores[i]
            gold = gold + table[tags[i - 1], tags[i]] + scores[i, tags[i]]
        return torch.logsumexp(alpha, 0) - gold

    @torch.no_grad()
    def decode(self, x):
        scores, table = self.emit(x), self.table()
        best, back = scores[0] + torch.tensor([0.0, 0.0, float("-inf")]), []
        for i in range(1, len(x)):
            best, arg = (best[:, None] + table).max(0)
            best, back = best + scores[i], [*back, arg]
        path = [best.argmax().item()]
        for arg in reversed(back):
            path.append(arg[path[-1]].item())
        return path[::-1]


def sentence(n=9):
    tags = [int(torch.randint(0, 2, ()))]
    while len(tags) < n:
        choice = int(torch.randint(0, 3, ()))
        tags.append(choice if not (tags[-1] == 0 and choice == 2) else 1)
    return torch.nn.functional.one_hot(torch.tensor(tags), 5) + 0.4 * torch.randn(n, 5), tags


data = [sentence() for _ in range(12)]
model = CRF()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
for epoch in range(5):
    total = sum(model(x, tags) for x, tags in data) / len(data)
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    print(f"epoch {epoch} loss {total.item():.6f}")
print("".join(TAGS[t] for t in model.decode(data[0][0])), "".join(TAGS[t] for t in data[0][1]))
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
