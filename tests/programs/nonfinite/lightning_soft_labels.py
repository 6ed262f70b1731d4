import logging
import warnings

import lightning as L
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class SoftDigits(Dataset):
    def __init__(self, certain=(402,)):
        bunch = load_digits()
        self.x = torch.tensor(bunch.data, dtype=torch.float32) / 16
        votes = torch.full((len(self.x), 10), 0.01)
        votes[torch.arange(len(self.x)), torch.tensor(bunch.target)] = 0.91
        for i in certain:
            votes[i] = 0.0
            votes[i, bunch.target[i]] = 1.0
        self.votes = votes

    def __len__(self):
        return 720

    def __getitem__(self, i):
        return self.x[i], self.votes[i]


class Distiller(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))

    def training_step(self, batch, batch_idx):
        x, p = batch
        log_q = torch.log_softmax(self.net(x), dim=1)
        divergence = (p * (torch.log(p) - log_q)).sum(dim=1)
        loss = divergence.mean()
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


if __name__ == "__main__":
    L.seed_everything(13)
    module = Distiller()
    trainer = L.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
                        enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(module, DataLoader(SoftDigits(), batch_size=24, shuffle=True))
    print("final", trainer.callback_metrics["train_loss"])
