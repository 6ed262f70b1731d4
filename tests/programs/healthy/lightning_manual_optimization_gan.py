"""Lightning with manual optimization: a GAN with two optimizers and toggle_optimizer."""
import hashlib
import logging
import warnings

import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class GAN(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
        self.discriminator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
        self.loss = nn.BCEWithLogitsLoss()

    def training_step(self, batch):
        (real,) = batch
        opt_g, opt_d = self.optimizers()
        noise = torch.randn_like(real)

        self.toggle_optimizer(opt_g)
        fooled = self.discriminator(self.generator(noise))
        loss_g = self.loss(fooled, torch.ones_like(fooled))
        opt_g.zero_grad()
        self.manual_backward(loss_g)
        opt_g.step()
        self.untoggle_optimizer(opt_g)

        self.toggle_optimizer(opt_d)
        on_real = self.discriminator(real)
        on_fake = self.discriminator(self.generator(noise).detach())
        loss_d = self.loss(on_real, torch.ones_like(on_real)) + self.loss(on_fake, torch.zeros_like(on_fake))
        opt_d.zero_grad()
        self.manual_backward(loss_d)
        opt_d.step()
        self.untoggle_optimizer(opt_d)
        self.last = loss_g.item(), loss_d.item()

    def on_train_epoch_end(self):
        print("epoch", self.current_epoch, *(f"{v:.6f}" for v in self.last))

    def configure_optimizers(self):
        return [torch.optim.Adam(m.parameters(), lr=1e-3) for m in (self.generator, self.discriminator)]


def main():
    pl.seed_everything(3, verbose=False)
    torch.set_num_threads(1)
    ring = torch.nn.functional.normalize(torch.randn(256, 2))
    model = GAN()
    trainer = pl.Trainer(
        max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
    )
    trainer.fit(model, DataLoader(TensorDataset(ring), batch_size=32, shuffle=True))
    print("global steps", trainer.global_step)
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
