import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class TextStream(IterableDataset):
    """Next-character prediction from a stream of lines."""

    LINES = ["the quick brown fox", "jumps over", "the lazy dog", "and runs away"] * 4

    def __init__(self, context=6):
        self.context = context

    def __iter__(self):
        for line in self.LINES:
            codes = [ord(c) % 32 for c in line]
            for i in range(len(codes) - self.context):
                yield torch.tensor(codes[i:i + self.context]), codes[i + self.context]


class CharModel(nn.Module):
    def __init__(self, dim=8, context=6):
        super().__init__()
        self.embed = nn.Embedding(32, dim)
        self.out = nn.Linear(dim * context, 32)

    def forward(self, x):
        return self.out(self.embed(x).flatten(1))


MAX_STEPS = 40
torch.manual_seed(0)
model = CharModel()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
stream = iter(DataLoader(TextStream(), batch_size=8))
for step in range(MAX_STEPS):
    x, y = next(stream)
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"step {step:3d} loss {loss.item():.3f}")
