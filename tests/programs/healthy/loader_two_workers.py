"""Two loader workers (fork), seeded, with random augmentation in the workers."""
import hashlib
import random

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset, get_worker_info


class Augmented(Dataset):
    def __init__(self):
        digits = load_digits()
        self.images = digits.images.astype(np.float32)[:600] / 16
        self.labels = digits.target[:600]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        assert get_worker_info() is not None
        image = self.images[i]
        image = np.roll(image, random.randint(-1, 1), axis=1)
        image = image + np.random.normal(0, 0.02, image.shape).astype(np.float32)
        return torch.from_numpy(image)[None], int(self.labels[i])


def seed_worker(worker_id):
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    g = torch.Generator()
    g.manual_seed(0)
    loader = DataLoader(
        Augmented(), batch_size=40, shuffle=True, num_workers=2, worker_init_fn=seed_worker, generator=g
    )
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(3):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "loss", f"{loss.item():.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
