import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Essays(Dataset):
    """Byte-level language modelling, one text at a time."""

    def __init__(self):
        self.texts = [f"note {i}: " + "la " * (4 + i % 9) for i in range(30)]
        self.texts[19] = "note 19: " + "tra la la " * 12

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        return torch.tensor(list(self.texts[i].encode()))


class Gpt(nn.Module):
    def __init__(self, context=64, dim=24, heads=3):
        super().__init__()
        self.token = nn.Embedding(128, dim)
        self.position = nn.Embedding(context, dim)
        self.block = nn.TransformerEncoderLayer(dim, heads, 48, dropout=0, batch_first=True, norm_first=True)
        self.unembed = nn.Linear(dim, 128, bias=False)
        self.unembed.weight = self.token.weight

    def forward(self, ids):
        steps = ids.shape[1]
        x = self.token(ids) + self.position(torch.arange(steps))
        mask = nn.Transformer.generate_square_subsequent_mask(steps)
        return self.unembed(self.block(x, src_mask=mask, is_causal=True))


def main():
    torch.manual_seed(13)
    model = Gpt()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(2):
        for ids in DataLoader(Essays(), batch_size=1, shuffle=True):
            scores = model(ids[:, :-1])
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(model.parameters(), 0.5)
            optimizer.step()
        print("perplexity", loss.exp().item())


if __name__ == "__main__":
    main()
