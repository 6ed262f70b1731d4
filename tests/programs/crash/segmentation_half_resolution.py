import lightning as L
import torch
import torch.nn.functional as F
from sklearn.datasets import load_sample_images
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Crops(Dataset):
    """Bright against dark pixels of two photographs."""

    def __init__(self, size=48):
        self.photos = load_sample_images().images
        self.size = size

    def __len__(self):
        return 32

    def __getitem__(self, index):
        photo = self.photos[index % 2]
        top, left = 10 * (index // 2), 20 * (index // 2)
        crop = photo[top:top + self.size, left:left + self.size]
        image = torch.tensor(crop).permute(2, 0, 1) / 255
        mask = (image.mean(0) > 0.5).long()
        return image, mask


class SegmentationModel(L.LightningModule):
    def __init__(self, classes=2, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(16, 8, 2, stride=2), nn.ReLU(),
            nn.Conv2d(8, classes, 1),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def training_step(self, batch, batch_idx):
        image, mask = batch
        loss = F.cross_entropy(self(image), mask)
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


if __name__ == "__main__":
    L.seed_everything(1)
    trainer = L.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False)
    trainer.fit(SegmentationModel(), DataLoader(Crops(), batch_size=4))
