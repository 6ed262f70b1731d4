"""A GRU language model whose output layer shares the weights of its embedding."""
import hashlib

import torch
from torch import nn


class TiedLM(nn.Module):
    def __init__(self, vocab: int, dim: int):
        super().__init__()
        self.encoder = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.decoder = nn.Linear(dim, vocab, bias=False)
        self.decoder.weight = self.encoder.weight

    def forward(self, tokens):
        hidden, _ = self.rnn(self.encoder(tokens))
        return self.decoder(hidden)


def sequences(n, length, vocab, generator):
    start = torch.randint(1, vocab, (n, 1), generator=generator)
    stride = torch.randint(1, 4, (n, 1), generator=generator)
    return (start + stride * torch.arange(length)) % (vocab - 1) + 1


def run():
    torch.manual_seed(9)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1)
    model = TiedLM(vocab=20, dim=24)
    assert model.decoder.weight is model.encoder.weight
    print("parameters", sum(p.numel() for p in model.parameters()))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(60):
        seq = sequences(16, 12, 20, generator)
        logits = model(seq[:, :-1])
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), seq[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 15 == 0:
            print(step, f"{loss.item():.5f}")
    return model


model = run()
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
