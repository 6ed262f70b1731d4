"""multiprocessing.Pool for the features (one task raises and is handled), a Process with a Queue, then training."""
import hashlib
import multiprocessing as mp

import numpy as np
import torch
from sklearn.datasets import load_sample_images
from torch import nn


def histogram(task):
    image, top, left = task
    patch = image[top : top + 40, left : left + 40]
    if patch.shape[:2] != (40, 40):
        raise ValueError("patch outside of the image")
    return np.concatenate([np.histogram(patch[..., c], 8, (0, 256), density=True)[0] for c in range(3)]) * 100


def count(queue):
    queue.put({"torch": torch.ones(3).sum().item()})


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    images = load_sample_images().images
    tasks = [(k, t, l) for k in range(2) for t in range(0, 400, 40) for l in range(0, 600, 60)]
    with mp.get_context("fork").Pool(2) as pool:
        features = pool.map(histogram, [(images[k], t, l) for k, t, l in tasks])
        try:
            pool.apply(histogram, ((images[0], 420, 0),))
        except ValueError as error:
            print("handled:", error)
    queue = mp.get_context("fork").Queue()
    process = mp.get_context("fork").Process(target=count, args=(queue,))
    process.start()
    print(queue.get())
    process.join()
    print("exit code", process.exitcode, "features", len(features))

    x = torch.tensor(np.stack(features), dtype=torch.float32)
    y = torch.tensor([k for k, _, _ in tasks])
    model = nn.Linear(24, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for epoch in range(4):
        for rows in torch.randperm(len(x)).split(20):
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
