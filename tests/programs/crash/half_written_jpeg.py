import os
import tempfile

import lightning.pytorch as pl
import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_images
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Frames(Dataset):
    def __init__(self, folder):
        self.files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index])
        array = np.array(image.resize((24, 24)), dtype=np.float32)
        return torch.from_numpy(array / 255).permute(2, 0, 1), torch.tensor([index / len(self)])


class FrameModule(pl.LightningDataModule):
    def prepare_data(self):
        self.folder = tempfile.mkdtemp()
        photo = load_sample_images().images[0]
        for i in range(32):
            path = os.path.join(self.folder, f"frame_{i:04d}.jpg")
            Image.fromarray(photo[4 * i:4 * i + 96, 8 * i:8 * i + 96]).save(path)
        os.truncate(os.path.join(self.folder, "frame_0021.jpg"), 1500)

    def train_dataloader(self):
        return DataLoader(Frames(self.folder), batch_size=4, shuffle=True)


class Progress(pl.LightningModule):
    """Guess how far the camera has travelled."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 24 * 24, 16), nn.ReLU(), nn.Linear(16, 1))

    def training_step(self, batch, batch_idx):
        frames, position = batch
        return nn.functional.mse_loss(self.net(frames), position)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1e-3)


if __name__ == "__main__":
    pl.seed_everything(0)
    trainer = pl.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Progress(), datamodule=FrameModule())
