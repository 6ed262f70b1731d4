import lightning as L
import numpy as np
import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class WineData(L.LightningDataModule):
    def setup(self, stage):
        wine = load_wine()
        table = np.column_stack([wine.data, wine.target])
        np.random.default_rng(0).shuffle(table)
        x = (table[:, :-1] - table[:, :-1].mean(0)) / table[:, :-1].std(0)
        y = table[:, -1:]
        self.train = TensorDataset(torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.long))

    def train_dataloader(self):
        return DataLoader(self.train, batch_size=32, shuffle=True)


class WineClassifier(L.LightningModule):
    def __init__(self, hidden=16):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(13, hidden), nn.ReLU(), nn.Linear(hidden, 3))
        self.criterion = nn.CrossEntropyLoss()

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = self.criterion(self.model(x), y)
        return {"loss": loss}

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=1e-2)
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1)}


L.seed_everything(0)
trainer = L.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
trainer.fit(WineClassifier(), datamodule=WineData())
