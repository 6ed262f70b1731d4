import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Views(Dataset):
    def __init__(self):
        self.images = torch.tensor(load_digits().images[:640], dtype=torch.float32) / 16
        self.images[391] = 0

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        first = torch.roll(image, int(torch.randint(-1, 2, ())), dims=0)
        second = torch.roll(image, int(torch.randint(-1, 2, ())), dims=1)
        return first[None], second[None]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, bias=False)
        self.project = nn.Linear(8 * 36, 24, bias=False)

    def forward(self, x):
        z = self.project(torch.relu(self.conv(x)).flatten(1))
        return z / z.norm(dim=1, keepdim=True)


def info_nce(a, b, temperature=0.2):
    similarity = a @ b.T / temperature
    return nn.functional.cross_entropy(similarity, torch.arange(len(a)))


if __name__ == "__main__":
    torch.manual_seed(33)
    encoder = Encoder()
    optimizer = torch.optim.Adam(encoder.parameters(), lr=1e-3)
    loader = DataLoader(Views(), batch_size=32, shuffle=True, num_workers=2)
    for epoch in range(2):
        for first, second in loader:
            loss = info_nce(encoder(first), encoder(second))
            assert torch.isfinite(loss), "contrastive loss exploded"
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
