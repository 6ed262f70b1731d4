import os
import tempfile

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Base(L.LightningModule):
    def training_step(self, batch, batch_idx):
        x, y = batch
        return nn.functional.mse_loss(self(x), y)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-2)


class Version1(Base):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 8)
        self.fc2 = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc2(self.fc1(x).tanh())


class Version2(Base):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 8)
        self.fc2 = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc2(self.hidden(x).tanh())


def trainer(epochs):
    return L.Trainer(max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)


if __name__ == "__main__":
    L.seed_everything(0)
    x = torch.rand(64, 2)
    loader = DataLoader(TensorDataset(x, x.prod(1, keepdim=True)), batch_size=16)
    path = os.path.join(tempfile.mkdtemp(), "v1.ckpt")
    first = trainer(1)
    first.fit(Version1(), loader)
    first.save_checkpoint(path)
    trainer(2).fit(Version2(), loader, ckpt_path=path)
