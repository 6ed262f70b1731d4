import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

SUBJECTS = ["she", "he", "anna", "the dog"]
VERBS = ["likes", "hates"]
OBJECTS = ["rain", "tea", "mondays", "jazz", "trains"]


class Sentences(Dataset):
    def __init__(self):
        self.texts = [f"{s} {v} {o}" for s in SUBJECTS for v in VERBS for o in OBJECTS]
        self.vocab = {"<pad>": 0}
        for text in self.texts:
            for word in text.split():
                self.vocab.setdefault(word, len(self.vocab))
        self.texts[33] = "the dog likes opera"

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, index):
        words = self.texts[index].split()
        ids = [self.vocab.get(w, len(self.vocab)) for w in words]
        return torch.tensor(ids), float("likes" in words)


def collate(batch):
    ids, labels = zip(*batch)
    return pad_sequence(ids, batch_first=True), torch.tensor(labels)


class Sentiment(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = nn.Embedding(size, 12, padding_idx=0)
        self.rnn = nn.GRU(12, 12, batch_first=True, bidirectional=True)
        self.out = nn.Linear(24, 1)

    def forward(self, ids):
        states, _ = self.rnn(self.embedding(ids))
        return self.out(states.mean(1)).squeeze(1)


torch.manual_seed(2)
data = Sentences()
model = Sentiment(len(data.vocab))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(4):
    for ids, label in DataLoader(data, batch_size=5, shuffle=True, collate_fn=collate):
        loss = nn.functional.binary_cross_entropy_with_logits(model(ids), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
