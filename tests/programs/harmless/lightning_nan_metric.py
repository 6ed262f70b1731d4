import logging
import warnings

import lightning as L
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Digits(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))

    def training_step(self, batch, batch_idx):
        x, y = batch
        logits = self.net(x)
        zeros = y == 0
        self.log("accuracy_of_zero", (logits[zeros].argmax(1) == 0).float().mean())
        return nn.functional.cross_entropy(logits, y)

    def validation_step(self, batch, batch_idx):
        x, y = batch
        p = self.net(x).softmax(dim=1)
        self.log("worst", torch.log((p - 0.5).clamp(min=0)).min())
        self.log("valid_loss", nn.functional.nll_loss(p.clamp(min=1e-9).log(), y))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=2e-3)


L.seed_everything(0)
bunch = load_digits()
data = TensorDataset(torch.tensor(bunch.data / 16, dtype=torch.float32), torch.tensor(bunch.target))
trainer = L.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, gradient_clip_val=1.0,
                    enable_progress_bar=False, enable_model_summary=False)
trainer.fit(Digits(), DataLoader(data, batch_size=8, shuffle=True), DataLoader(data, batch_size=300))
print({k: v.item() for k, v in trainer.callback_metrics.items()})
