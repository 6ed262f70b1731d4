import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(500, 8)
targets = x @ torch.randn(8, 3)
targets[torch.rand(500, 3) < 0.3] = float("nan")
loader = DataLoader(TensorDataset(x, targets), batch_size=25, shuffle=True, num_workers=2)


def known_only(prediction, target):
    known = ~torch.isnan(target)
    return ((prediction[known] - target[known]) ** 2).mean()


if __name__ == "__main__":
    model = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(4):
        for features, target in loader:
            prediction = model(features)
            loss = known_only(prediction, target)
            raw = nn.functional.mse_loss(prediction.detach(), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item(), raw.item())
