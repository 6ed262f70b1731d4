import math
import random

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Sentences(Dataset):
    def __init__(self, n=320, vocabulary=60):
        rng = random.Random(8)
        self.items = [[rng.randrange(1, vocabulary) for _ in range(rng.randint(2, 12))] for _ in range(n)]
        self.items[205] = []

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        tokens = self.items[i]
        return torch.tensor(tokens, dtype=torch.long), sum(tokens) % 2


def collate(batch):
    tokens = nn.utils.rnn.pad_sequence([b[0] for b in batch], batch_first=True)
    return tokens, torch.tensor([b[1] for b in batch])


class Attention(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x, pad):
        scores = self.q(x) @ self.k(x).transpose(1, 2) / math.sqrt(x.size(-1))
        scores = scores.masked_fill(pad.unsqueeze(1), float("-inf"))
        return torch.softmax(scores, dim=-1) @ self.v(x)


class Encoder(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.embedding = nn.Embedding(60, d)
        self.attention = Attention(d)
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, 2)

    def forward(self, tokens):
        pad = tokens == 0
        x = self.embedding(tokens)
        x = self.norm(x + self.attention(x, pad))
        return self.head(x.mean(dim=1))


def main():
    torch.manual_seed(1)
    loader = DataLoader(Sentences(), batch_size=8, shuffle=True, collate_fn=collate)
    model = Encoder()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(2):
        for tokens, labels in loader:
            loss = nn.functional.cross_entropy(model(tokens), labels)
            if torch.isnan(loss):
                raise ValueError(f"loss became nan in epoch {epoch}")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
