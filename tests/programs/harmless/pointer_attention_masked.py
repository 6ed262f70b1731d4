import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class LongestItem(Dataset):
    def __init__(self, n=400):
        g = torch.Generator().manual_seed(5)
        self.lengths = torch.randint(1, 10, (n,), generator=g)
        self.values = torch.randn(n, 10, generator=g)

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, i):
        mask = torch.arange(10) < self.lengths[i]
        best = self.values[i].masked_fill(~mask, float("-inf")).argmax()
        return {"values": self.values[i], "mask": mask, "best": best}


class Pointer(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, values, mask):
        scores = self.score(values[..., None]).squeeze(-1)
        return scores.masked_fill(~mask, float("-inf"))


torch.manual_seed(5)
model = Pointer()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(4):
    for batch in DataLoader(LongestItem(), batch_size=25, shuffle=True):
        batch = {k: v.clone() for k, v in batch.items()}
        logits = model(batch["values"], batch["mask"])
        expected = (logits.softmax(dim=1) * batch["values"]).sum(dim=1)
        loss = nn.functional.cross_entropy(logits, batch["best"]) - 0.1 * expected.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
