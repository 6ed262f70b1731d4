# Character-level LSTM with truncated backpropagation through time: the state is carried over and detached.
import hashlib

import torch
from torch import nn

text = (
    "it is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife. however little known the feelings or views of such a man may be "
) * 12
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = torch.tensor([stoi[c] for c in text])

torch.manual_seed(11)
torch.set_num_threads(1)


class CharLSTM(nn.Module):
    def __init__(self, vocab, dim=24, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, hidden, num_layers=2, dropout=0.1, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, x, state=None):
        y, state = self.lstm(self.embed(x), state)
        return self.out(y), state


batch, bptt = 8, 20
length = (len(ids) - 1) // batch * batch
inputs = ids[:length].view(batch, -1)
targets = ids[1 : length + 1].view(batch, -1)

model = CharLSTM(len(chars))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
for epoch in range(5):
    state = None
    for t in range(0, inputs.size(1) - bptt, bptt):
        x, y = inputs[:, t : t + bptt], targets[:, t : t + bptt]
        if state is not None:
            state = tuple(s.detach() for s in state)
        logits, state = model(x, state)
        loss = nn.functional.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.5f}")

model.eval()
with torch.no_grad():
    token, state, out = torch.tensor([[stoi["i"]]]), None, "i"
    for _ in range(30):
        logits, state = model(token, state)
        token = logits[:, -1:].argmax(-1)
        out += chars[token.item()]
print(repr(out))
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
