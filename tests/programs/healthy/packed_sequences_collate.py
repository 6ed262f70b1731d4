"""Sequences of uneven length, padded in collate_fn and packed for an LSTM."""
import hashlib

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

NAMES = {
    "Italian": "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa".split(),
    "Polish": "Nowak Kowalski Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak".split(),
    "Japanese": "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada".split(),
}


def encode(name):
    return torch.tensor([ord(c) - ord("a") + 1 for c in name.lower()])


def collate(rows):
    rows = sorted(rows, key=lambda row: -len(row[0]))
    lengths = torch.tensor([len(r[0]) for r in rows])
    return pad_sequence([r[0] for r in rows]), lengths, torch.tensor([r[1] for r in rows])


class NameClassifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.embedding = nn.Embedding(27, 12, padding_idx=0)
        self.lstm = nn.LSTM(12, 24)
        self.fc = nn.Linear(24, classes)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths)
        _, (hidden, _) = self.lstm(packed)
        return self.fc(hidden[-1])


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    data = [(encode(n), k) for k, names in enumerate(NAMES.values()) for n in names]
    loader = DataLoader(data, batch_size=9, shuffle=True, collate_fn=collate)
    model = NameClassifier(len(NAMES))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for epoch in range(8):
        correct = 0
        for tokens, lengths, target in loader:
            logits = model(tokens, lengths)
            loss = nn.functional.cross_entropy(logits, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            correct += (logits.argmax(1) == target).sum().item()
        print(f"epoch {epoch} loss {loss.item():.5f} correct {correct}/{len(data)}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
