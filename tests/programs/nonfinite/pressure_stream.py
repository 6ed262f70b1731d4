import math
import random

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class PressureStream(IterableDataset):
    def __init__(self, length=1600):
        self.length = length

    def readings(self, sensor):
        rng = random.Random(sensor)
        level = 0.0
        for t in range(self.length):
            level = 0.95 * level + rng.gauss(0, 0.3)
            value = 1 + 0.1 * math.sin(t / 20) + 0.1 * level
            if sensor == 1 and t == 1130:
                value = float("-inf")
            yield value

    def __iter__(self):
        info = get_worker_info()
        window = []
        for value in self.readings(info.id if info else 0):
            window.append(value)
            if len(window) == 17:
                yield torch.tensor(window[:16]), torch.tensor(window[16])
                window = window[4:]


def main():
    torch.manual_seed(0)
    loader = DataLoader(PressureStream(), batch_size=16, num_workers=2)
    model = nn.GRU(1, 12, batch_first=True)
    head = nn.Linear(12, 1)
    optimizer = torch.optim.RMSprop([*model.parameters(), *head.parameters()], lr=1e-3)
    for step, (past, future) in enumerate(loader):
        states, _ = model(past[..., None])
        loss = nn.functional.mse_loss(head(states[:, -1]).squeeze(1), future)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(step, loss.item())
    print("end", loss.item())


if __name__ == "__main__":
    main()
