"""A home-made Trainer with callbacks, a CNN and a best-weights copy."""
import copy
import hashlib

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    def __init__(self, train):
        bunch = load_digits()
        part = slice(0, 1400) if train else slice(1400, None)
        self.images, self.target = bunch.images[part], bunch.target[part]

    def __len__(self):
        return len(self.target)

    def __getitem__(self, i):
        return {"image": torch.tensor(self.images[i] / 16, dtype=torch.float32)[None], "label": int(self.target[i])}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


class Trainer:
    def __init__(self, model, train_loader, val_loader, callbacks=()):
        self.model, self.train_loader, self.val_loader = model, train_loader, val_loader
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
        self.callbacks = list(callbacks)
        self.best, self.best_state = 0.0, None

    def training_step(self, batch):
        return F.cross_entropy(self.model(batch["image"]), batch["label"])

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        hits = sum((self.model(b["image"]).argmax(1) == b["label"]).sum().item() for b in self.val_loader)
        self.model.train()
        return hits / len(self.val_loader.dataset)

    def fit(self, epochs):
        for epoch in range(epochs):
            for batch in self.train_loader:
                self.optimizer.zero_grad(set_to_none=True)
                loss = self.training_step(batch)
                loss.backward()
                self.optimizer.step()
            score = self.evaluate()
            if score > self.best:
                self.best, self.best_state = score, copy.deepcopy(self.model.state_dict())
            for callback in self.callbacks:
                callback(epoch, loss.item(), score)
        self.model.load_state_dict(self.best_state)


torch.manual_seed(1)
torch.set_num_threads(1)
trainer = Trainer(
    Net(),
    DataLoader(Digits(True), batch_size=64, shuffle=True),
    DataLoader(Digits(False), batch_size=128),
    [lambda e, l, s: print(f"epoch {e}: loss={l:.5f} acc={s:.4f}")],
)
trainer.fit(3)
h = hashlib.sha256()
for v in trainer.model.state_dict().values():
    h.update(v.numpy().tobytes())
print("digest", h.hexdigest())
