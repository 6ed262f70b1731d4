import torch
from torch import nn

TEXT = "to be or not to be that is the question whether tis nobler in the mind to suffer " * 8
chars = sorted(set(TEXT))
codes = torch.tensor([chars.index(c) for c in TEXT])


class CharRNN(nn.Module):
    def __init__(self, vocab, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(vocab, 8)
        self.rnn = nn.GRU(8, hidden, batch_first=True)
        self.decode = nn.Linear(hidden, vocab)

    def forward(self, x, state):
        out, state = self.rnn(self.embed(x), state)
        return self.decode(out), state


def train(model, steps=15, length=30):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    hidden = torch.zeros(1, 1, 24)
    for step in range(steps):
        start = step * length
        x = codes[start:start + length].unsqueeze(0)
        y = codes[start + 1:start + length + 1].unsqueeze(0)
        logits, hidden = model(x, hidden)
        loss = criterion(logits.transpose(1, 2), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        print(step, round(loss.item(), 3))


if __name__ == "__main__":
    torch.manual_seed(0)
    train(CharRNN(len(chars)))
