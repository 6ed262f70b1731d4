import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class EnergyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(64, 256)
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        h = torch.relu(self.embed(x))
        energy = h @ h.transpose(0, 1)
        return self.head(h), energy.diagonal()


def main():
    torch.manual_seed(0)
    bunch = load_digits()
    x = torch.tensor(bunch.data, dtype=torch.float32)
    loader = DataLoader(TensorDataset(x, torch.tensor(bunch.target)), batch_size=64, shuffle=True)
    net = EnergyNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for epoch in range(4):
        for images, labels in loader:
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.float16):
                logits, energy = net(images)
            loss = nn.functional.cross_entropy(logits.float(), labels) - 1e-4 * energy.float().mean()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        print(epoch, loss.item(), scaler.get_scale())


main()
