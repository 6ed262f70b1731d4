import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

REVIEWS = [
    ("a fine film", 1), ("dull and far too long", 0), ("great fun", 1), ("i fell asleep", 0),
    ("the cast is wonderful", 1), ("not worth the money", 0), ("charming", 1), ("awful", 0),
] * 6


class Reviews(Dataset):
    def __init__(self, reviews):
        words = sorted({w for text, _ in reviews for w in text.split()})
        self.vocab = {w: i + 1 for i, w in enumerate(words)}
        self.reviews = reviews

    def __len__(self):
        return len(self.reviews)

    def __getitem__(self, i):
        text, label = self.reviews[i]
        ids = [self.vocab[w] for w in text.split()]
        return torch.tensor(ids), torch.tensor(label, dtype=torch.float)


class BagOfWords(nn.Module):
    def __init__(self, vocab_size, dim=16):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size + 1, dim, padding_idx=0)
        self.fc = nn.Linear(dim, 1)

    def forward(self, ids):
        return self.fc(self.embedding(ids).mean(1)).squeeze(-1)


def train():
    torch.manual_seed(0)
    data = Reviews(REVIEWS)
    loader = DataLoader(data, batch_size=4, shuffle=True)
    model = BagOfWords(len(data.vocab))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(5):
        for ids, label in loader:
            optimizer.zero_grad()
            loss = criterion(model(ids), label)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.4f}")


train()
