import logging
import warnings

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Gan(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.generator = nn.Linear(2, 2)
        self.critic = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))

    def training_step(self, batch, _):
        first, second = self.optimizers()
        noise = torch.randn(len(batch[0]), 2)
        real = torch.sigmoid(self.critic(batch[0]))
        fake = torch.sigmoid(self.critic(self.generator(noise).detach()))
        loss = (-torch.log(real) - torch.log(1 - fake)).mean()
        second.zero_grad()
        self.manual_backward(loss)
        second.step()
        fooled = -torch.log(torch.sigmoid(self.critic(self.generator(noise))) + 1e-8).mean()
        first.zero_grad()
        self.manual_backward(fooled)
        first.step()

    def configure_optimizers(self):
        return torch.optim.Adam(self.generator.parameters(), 1e-3), torch.optim.Adam(self.critic.parameters(), 1.0)


L.seed_everything(0, verbose=False)
data = TensorDataset(torch.randn(1600, 2) + 4)
trainer = L.Trainer(
    max_epochs=3, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu"
)
trainer.fit(Gan(), DataLoader(data, 8, shuffle=True))
print("fit")
