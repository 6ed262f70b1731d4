"""Resume from a full checkpoint (weights, optimizer, schedule, random state) and compare with an unbroken run."""
import hashlib
import io

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)


class Experiment:
    def __init__(self):
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.01)
        self.schedule = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, 0.9)
        g = torch.Generator().manual_seed(1)
        x = torch.randn(128, 5, generator=g)
        self.loader = DataLoader(TensorDataset(x, x.max(1, keepdim=True).values), batch_size=16, shuffle=True)
        self.epoch = 0

    def train(self, until):
        while self.epoch < until:
            for x, y in self.loader:
                loss = nn.functional.mse_loss(self.model(x), y)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            self.schedule.step()
            self.epoch += 1
            print(f"epoch {self.epoch} loss {loss.item():.6f} lr {self.schedule.get_last_lr()[0]:.6f}")

    def save(self, file):
        torch.save(
            {
                "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(), "epoch": self.epoch, "rng": torch.get_rng_state(),
            },
            file,
        )

    def load(self, file):
        state = torch.load(file, weights_only=True)
        for name in ("model", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(state[name])
        self.epoch = state["epoch"]
        torch.set_rng_state(state["rng"])


def digest(model):
    return hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest()


unbroken = Experiment()
unbroken.train(4)
buffer = io.BytesIO()
broken = Experiment()
broken.train(2)
broken.save(buffer)
buffer.seek(0)
resumed = Experiment()
resumed.load(buffer)
resumed.train(4)
print("same as unbroken", digest(resumed.model) == digest(unbroken.model))
print("digest", digest(resumed.model))
