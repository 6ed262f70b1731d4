"""Two threads train one model each at the same time, with generators of their own."""
import hashlib
import threading

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
results = {}


class Job(threading.Thread):
    def __init__(self, name, seed, lr):
        super().__init__(name=name)
        self.generator = torch.Generator().manual_seed(seed)
        self.lr = lr
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.model = nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Linear(12, 1))
        x = torch.randn(160, 4, generator=self.generator)
        self.data = TensorDataset(x, x[:, :2].prod(1, keepdim=True))

    def run(self):
        optimizer = torch.optim.SGD(self.model.parameters(), lr=self.lr, momentum=0.9)
        losses = []
        for epoch in range(6):
            for x, y in DataLoader(self.data, batch_size=16, shuffle=True, generator=self.generator):
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(self.model(x), y)
                loss.backward()
                optimizer.step()
            losses.append(round(loss.item(), 6))
        results[self.name] = losses


jobs = [Job("small", 1, 0.01), Job("large", 2, 0.05)]
for job in jobs:
    job.start()
for job in jobs:
    job.join()
for name in sorted(results):
    print(name, results[name])
blob = b"".join(p.detach().numpy().tobytes() for job in jobs for p in job.model.parameters())
print("digest", hashlib.sha256(blob).hexdigest())
