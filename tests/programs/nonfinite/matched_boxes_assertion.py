import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Scenes(Dataset):
    def __init__(self, size=160):
        generator = torch.Generator().manual_seed(4)
        self.colours = torch.rand(size, 12, generator=generator)
        self.colours[93] = 0.0
        corner = torch.rand(size, 2, generator=generator) * 0.5
        self.boxes = torch.cat([corner, corner + 0.1 + torch.rand(size, 2, generator=generator) * 0.4], dim=1)

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, index):
        return self.colours[index], self.boxes[index]


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, colours):
        tint = colours / colours.norm(dim=1, keepdim=True)
        centre, size = self.body(tint).sigmoid().chunk(2, dim=1)
        return torch.cat([centre - size / 2, centre + size / 2], dim=1)


def overlap(boxes, others):
    assert (boxes[:, 2:] >= boxes[:, :2]).all()
    assert (others[:, 2:] >= others[:, :2]).all()
    sides = (torch.minimum(boxes[:, 2:], others[:, 2:]) - torch.maximum(boxes[:, :2], others[:, :2])).clamp(min=0)
    shared = sides.prod(dim=1)
    areas = [(each[:, 2:] - each[:, :2]).prod(dim=1) for each in (boxes, others)]
    return shared / (areas[0] + areas[1] - shared + 1e-6)


torch.manual_seed(0)
detector = Detector()
optimizer = torch.optim.AdamW(detector.parameters(), lr=1e-3)
loader = DataLoader(Scenes(), batch_size=16, shuffle=True)

for epoch in range(3):
    for colours, boxes in loader:
        found = detector(colours)
        loss = (1 - overlap(found, boxes)).mean() + (found - boxes).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
