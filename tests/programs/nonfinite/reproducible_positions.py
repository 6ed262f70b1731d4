import torch
from sklearn.datasets import load_digits
from torch import nn

torch.use_deterministic_algorithms(True)
torch.manual_seed(0)


class RowTransformer(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.embed = nn.Linear(8, dim)
        self.positions = nn.Parameter(torch.empty(1, 8, dim))
        self.layer = nn.TransformerEncoderLayer(dim, 2, 32, dropout=0.0, batch_first=True)
        self.head = nn.Linear(dim, 10)
        self.reset()

    def reset(self):
        nn.init.xavier_uniform_(self.embed.weight)
        nn.init.zeros_(self.embed.bias)
        nn.init.xavier_uniform_(self.head.weight)

    def forward(self, rows):
        h = self.embed(rows) + self.positions
        return self.head(self.layer(h).mean(dim=1))


bunch = load_digits()
images = torch.tensor(bunch.images, dtype=torch.float32) / 16
labels = torch.tensor(bunch.target)
model = RowTransformer()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for epoch in range(2):
    for rows in torch.randperm(len(images)).split(64):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
