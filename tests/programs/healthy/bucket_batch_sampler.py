"""A batch sampler of one's own that puts sequences of similar length together, and batch_size=None for ready batches."""
import hashlib
import random

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler


class Sequences(Dataset):
    def __init__(self, n=180):
        g = torch.Generator().manual_seed(0)
        lengths = torch.randint(2, 20, (n,), generator=g).tolist()
        self.items = [torch.randn(length, 3, generator=g) for length in lengths]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i], self.items[i].mean()


class BucketBatches(Sampler):
    def __init__(self, lengths, batch_size, seed):
        self.order = sorted(range(len(lengths)), key=lengths.__getitem__)
        self.batch_size, self.rng = batch_size, random.Random(seed)

    def __len__(self):
        return (len(self.order) + self.batch_size - 1) // self.batch_size

    def __iter__(self):
        batches = [self.order[i : i + self.batch_size] for i in range(0, len(self.order), self.batch_size)]
        self.rng.shuffle(batches)
        yield from batches


def collate(rows):
    items, targets = zip(*rows)
    return pad_sequence(items, batch_first=True), torch.tensor([len(i) for i in items]), torch.stack(targets)


class Ready(Dataset):
    """Yields whole batches: no collating, batch_size=None."""

    def __len__(self):
        return 5

    def __getitem__(self, k):
        if k >= len(self):
            raise IndexError(k)
        g = torch.Generator().manual_seed(100 + k)
        x = torch.randn(12, 6, 3, generator=g)
        return x, torch.full((12,), 6), x.mean((1, 2))


torch.manual_seed(0)
torch.set_num_threads(1)
data = Sequences()
loader = DataLoader(data, batch_sampler=BucketBatches([len(i) for i in data.items], 16, seed=3), collate_fn=collate)
model = nn.ModuleDict({"inner": nn.Linear(3, 12), "outer": nn.Linear(12, 1)})
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def step(x, lengths, target):
    h = model["inner"](x).tanh()
    mask = torch.arange(x.size(1)) < lengths[:, None]
    pooled = (h * mask[..., None]).sum(1) / lengths[:, None]
    loss = nn.functional.mse_loss(model["outer"](pooled).squeeze(1), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for epoch in range(3):
    losses = [step(*batch) for batch in loader]
    print(f"epoch {epoch} loss {sum(losses) / len(losses):.6f}")
print("ready", [round(step(*batch), 6) for batch in DataLoader(Ready(), batch_size=None)])
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
