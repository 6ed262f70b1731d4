import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, dim, length=64, device=None):
        super().__init__()
        position = torch.arange(length, device=device).unsqueeze(1)
        scale = torch.exp(torch.arange(0, dim, 2, device=device) * (-9.21 / dim))
        table = torch.cat([torch.sin(position * scale), torch.cos(position * scale)], dim=1)
        self.table = table

    def forward(self, x):
        return x + self.table[:x.shape[1]]


class Encoder(nn.Module):
    def __init__(self, dim=16, symbols=20, device=None):
        super().__init__()
        self.embed = nn.Embedding(symbols, dim, device=device)
        self.position = PositionalEncoding(dim, device=device)
        layer = nn.TransformerEncoderLayer(dim, 2, 32, batch_first=True, device=device)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.out = nn.Linear(dim, symbols, device=device)

    def forward(self, tokens):
        return self.out(self.encoder(self.position(self.embed(tokens))))


def materialise(model):
    # large models are laid out first, then given memory
    model = model.to_empty(device="cpu")
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return model


if __name__ == "__main__":
    torch.manual_seed(0)
    model = materialise(Encoder(device="meta"))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for step in range(20):
        tokens = torch.randint(0, 20, (8, 12))
        scores = model(tokens)
        loss = nn.functional.cross_entropy(scores[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
