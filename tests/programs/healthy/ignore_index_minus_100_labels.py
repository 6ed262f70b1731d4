"""Token classification with padding: labels of -100 are ignored by the default ignore_index."""
import hashlib

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(0)
torch.set_num_threads(1)


def make_sentences(n):
    sentences = []
    for _ in range(n):
        tokens = torch.randint(1, 30, (int(torch.randint(3, 12, ())),))
        tags = tokens % 5
        tags[0] = -100  # the first token is special, never scored
        sentences.append((tokens, tags))
    return sentences


def collate(batch):
    tokens, tags = zip(*batch)
    return pad_sequence(tokens, batch_first=True), pad_sequence(tags, batch_first=True, padding_value=-100)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 16, padding_idx=0)
        self.rnn = nn.GRU(16, 16, bidirectional=True, batch_first=True)
        self.head = nn.Linear(32, 5)

    def forward(self, tokens):
        return self.head(self.rnn(self.embedding(tokens))[0])


model = Tagger()
loader = DataLoader(make_sentences(200), batch_size=20, shuffle=True, collate_fn=collate)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    hits = count = 0
    for tokens, tags in loader:
        logits = model(tokens)
        loss = criterion(logits.view(-1, 5), tags.view(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scored = tags != -100
        hits += (logits.argmax(-1)[scored] == tags[scored]).sum().item()
        count += scored.sum().item()
    print(f"epoch {epoch} loss {loss.item():.6f} accuracy {hits / count:.4f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
