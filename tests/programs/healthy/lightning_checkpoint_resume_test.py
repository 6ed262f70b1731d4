"""Lightning: keep the best checkpoint in a temporary folder, load it again, run the test loop."""
import hashlib
import logging
import tempfile
import warnings

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Regressor(L.LightningModule):
    def __init__(self, hidden: int = 8):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(3, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)

    def _step(self, batch, name):
        loss = nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log(name, loss)
        return loss

    def training_step(self, batch, _):
        return self._step(batch, "train_loss")

    def validation_step(self, batch, _):
        self._step(batch, "val_loss")

    def test_step(self, batch, _):
        self._step(batch, "test_loss")

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.03)


L.seed_everything(1, verbose=False)
torch.set_num_threads(1)
x = torch.randn(320, 3)
y = x[:, 0] * x[:, 1] + x[:, 2]
loaders = [DataLoader(TensorDataset(x[a:b], y[a:b]), batch_size=32) for a, b in ((0, 256), (256, 288), (288, 320))]
with tempfile.TemporaryDirectory() as folder:
    best = ModelCheckpoint(folder, monitor="val_loss", save_top_k=1)
    trainer = L.Trainer(
        max_epochs=12, accelerator="cpu", logger=False, callbacks=[best], enable_progress_bar=False,
        enable_model_summary=False, accumulate_grad_batches=2, num_sanity_val_steps=1,
    )
    model = Regressor(hidden=12)
    trainer.fit(model, *loaders[:2])
    print("best", round(best.best_model_score.item(), 6))
    model = Regressor.load_from_checkpoint(best.best_model_path)
    result = trainer.test(model, loaders[2], verbose=False)
print("test", round(result[0]["test_loss"], 6), "hidden", model.hparams.hidden)
print("digest", hashlib.sha256(b"".join(v.cpu().numpy().tobytes() for v in model.state_dict().values())).hexdigest())
