"""Two of the image files are broken; __getitem__ catches the error and takes the next sample, workers included."""
import hashlib
import os
import tempfile

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import nn
from torch.utils.data import DataLoader, Dataset


def make_images(folder):
    rng = np.random.default_rng(1)
    for i in range(40):
        label = i % 2
        pixels = rng.integers(0, 60, (16, 16, 3)).astype(np.uint8)
        pixels[..., label] += 120
        Image.fromarray(pixels).save(os.path.join(folder, f"{i:02d}_{'red green'.split()[label]}.png"))
    with open(os.path.join(folder, "07_green.png"), "wb") as f:
        f.write(b"this is not an image")
    path = os.path.join(folder, "20_red.png")
    data = open(path, "rb").read()
    with open(path, "wb") as f:
        f.write(data[: len(data) // 2])


class Folder(Dataset):
    def __init__(self, root):
        self.paths = sorted(os.path.join(root, name) for name in os.listdir(root))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        path = self.paths[index]
        try:
            image = Image.open(path).convert("RGB")
        except (UnidentifiedImageError, OSError):
            return self[(index + 1) % len(self)]
        x = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255).permute(2, 0, 1)
        return x, float(path.endswith("green.png"))


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as root:
        make_images(root)
        dataset = Folder(root)
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        for workers in (0, 2):
            for x, y in DataLoader(dataset, batch_size=8, shuffle=True, num_workers=workers):
                loss = nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y.float())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print("workers", workers, "loss", f"{loss.item():.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
