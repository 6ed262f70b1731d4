import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def pairs(n=400):
    g = torch.Generator().manual_seed(3)
    a, b = torch.randn(n, 6, generator=g), torch.randn(n, 6, generator=g)
    b[[91, 333]] = a[[91, 333]]
    return TensorDataset(a, b, (a - b).pow(2).sum(1).sqrt())


def main():
    torch.manual_seed(3)
    encoder = nn.Linear(6, 6, bias=False)
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.02)
    refused = 0
    for epoch in range(4):
        for a, b, wanted in DataLoader(pairs(), batch_size=20, shuffle=True):
            d = (encoder(a) - encoder(b)).pow(2).sum(dim=1).sqrt()
            loss = (d - wanted).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            if not torch.isfinite(norm):
                refused += 1
                optimizer.zero_grad()
                continue
            optimizer.step()
        print(epoch, loss.item(), "refused", refused)


main()
