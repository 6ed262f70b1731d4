import logging
import warnings

import lightning as L
import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class TwoHeads(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.encoder = nn.Linear(13, 6)
        self.decoder = nn.Linear(6, 13)
        self.classifier = nn.Linear(6, 3)

    def training_step(self, batch, batch_idx):
        x, y = batch
        opt_auto, opt_class = self.optimizers()

        code = self.encoder(x)
        reconstruction = nn.functional.mse_loss(self.decoder(code), x)
        opt_auto.zero_grad()
        self.manual_backward(reconstruction)
        opt_auto.step()

        classification = nn.functional.cross_entropy(self.classifier(self.encoder(x).detach()), y)
        opt_class.zero_grad()
        self.manual_backward(classification)
        opt_class.step()
        self.last = reconstruction.item(), classification.item()

    def on_train_epoch_end(self):
        print(self.current_epoch, *self.last)

    def configure_optimizers(self):
        auto = torch.optim.SGD([*self.encoder.parameters(), *self.decoder.parameters()], lr=4.0)
        return auto, torch.optim.Adam(self.classifier.parameters(), lr=1e-3)


L.seed_everything(2)
wine = load_wine()
x = torch.tensor(wine.data, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
loader = DataLoader(TensorDataset(x, torch.tensor(wine.target)), batch_size=20, shuffle=True, drop_last=True)
trainer = L.Trainer(max_epochs=5, accelerator="cpu", logger=False, enable_checkpointing=False,
                    enable_progress_bar=False, enable_model_summary=False)
trainer.fit(TwoHeads(), loader)
