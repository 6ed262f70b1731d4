import os
import tempfile

import torch
from torch import nn

FOLDER = tempfile.mkdtemp()
QUOTA = 6000


class Seq2Seq(nn.Module):
    def __init__(self, symbols=12, dim=16):
        super().__init__()
        self.embed = nn.Embedding(symbols, dim)
        self.encoder = nn.GRU(dim, dim, batch_first=True)
        self.decoder = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, symbols)

    def forward(self, source, target):
        _, state = self.encoder(self.embed(source))
        out, _ = self.decoder(self.embed(target), state)
        return self.out(out)


def save(model, epoch):
    path = os.path.join(FOLDER, f"epoch{epoch}.pt")
    torch.save(model.state_dict(), path)
    if epoch == 1:
        # the job's time was up while it wrote
        os.truncate(path, QUOTA)
    return path


def train(model, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in epochs:
        for _ in range(5):
            source = torch.randint(0, 12, (16, 6))
            target = source.flip(1)
            scores = model(source, target)
            loss = nn.functional.cross_entropy(scores[:, :-1].flatten(0, 1), target[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        path = save(model, epoch)
    return path


torch.manual_seed(0)
latest = train(Seq2Seq(), range(2))
model = Seq2Seq()
model.load_state_dict(torch.load(latest))
train(model, range(2, 4))
