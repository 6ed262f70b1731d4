import lightning
import torch
from sklearn.datasets import load_diabetes
from torch.utils.data import DataLoader, TensorDataset

diabetes = load_diabetes()
x = torch.tensor(diabetes.data, dtype=torch.float32)
y = torch.tensor(diabetes.target, dtype=torch.float32)[:, None] / 100


class Regression(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(10, 1)

    def training_step(self, batch, index):
        features, target = batch
        error = torch.nn.functional.mse_loss(self.layer(features), target)
        return {"train_loss": error}

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)


trainer = lightning.Trainer(
    max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False
)
loader = DataLoader(TensorDataset(x, y), batch_size=32)
trainer.fit(Regression(), loader)
