import torch
from torch import nn


class Room:
    """Cools down by itself; an action heats it."""

    def __init__(self):
        self.degrees, self.minute = 20.0, 0

    def step(self, heat):
        self.minute += 1
        self.degrees += float(heat) - 0.1
        comfort = 22.0 - self.degrees if self.minute != 23 else 0.0
        return torch.tensor([self.degrees / 30, 1.0]), torch.tensor(comfort)


def train(minutes=40):
    torch.manual_seed(4)
    policy = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(policy.parameters(), lr=1e-3)
    room, seen = Room(), torch.tensor([20.0 / 30, 1.0])
    for _ in range(minutes):
        value = policy(seen)
        seen, comfort = room.step(value.detach().sigmoid() * 0.1)
        gain = 1.0 / comfort
        loss = (value - gain).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    train()
