import torch
from skimage import data
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Frames(Dataset):
    def __init__(self, size=32):
        photo = torch.from_numpy(data.astronaut()).permute(2, 0, 1).clamp(min=3)
        self.frames = [photo[:, r:r + size, c:c + size] for r in range(0, 512, size) for c in range(0, 512, size)]
        self.frames[201] = torch.zeros_like(self.frames[0])

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, i):
        frame = self.frames[i]
        return frame, int(frame.float().mean() > 110)


torch.manual_seed(34)
net = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(392, 2)
)
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
accumulate = 4
loader = DataLoader(Frames(), batch_size=8, shuffle=True)

for epoch in range(2):
    optimizer.zero_grad()
    for step, (x, y) in enumerate(loader):
        x = x.float()
        x = x / x.amax(dim=(1, 2, 3), keepdim=True)
        x = x - 0.5
        loss = nn.functional.cross_entropy(net(x), y)
        (loss / accumulate).backward()
        if (step + 1) % accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
            print(epoch, step, loss.item())
