import argparse

import torch
from torch import nn


class ReplayBuffer:
    def __init__(self, capacity, shape):
        self.observations = torch.empty((capacity, *shape))
        self.rewards = torch.empty(capacity)
        self.size = 0

    def add(self, observation, reward):
        self.observations[self.size] = observation
        self.rewards[self.size] = reward
        self.size += 1

    def sample(self, n):
        rows = torch.randint(0, self.size, (n,))
        return self.observations[rows], self.rewards[rows]


def main(args):
    torch.manual_seed(0)
    buffer = ReplayBuffer(args.capacity, (4, 84, 84))
    value = nn.Sequential(nn.Conv2d(4, 8, 8, 4), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 20 * 20, 1))
    optimizer = torch.optim.Adam(value.parameters())
    for step in range(20):
        buffer.add(torch.rand(4, 84, 84), step / 20)
        observations, rewards = buffer.sample(4)
        loss = nn.functional.mse_loss(value(observations).squeeze(1), rewards)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("value loss", loss.item())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--capacity", type=int, default=1_000_000_000)
    main(parser.parse_args())
