"""An IterableDataset that reads text shards, split among the workers, without a length."""
import hashlib
import pathlib
import tempfile

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

SHARDS = 4


def write_shards(folder):
    g = torch.Generator().manual_seed(0)
    for s in range(SHARDS):
        x = torch.randn(60, 3, generator=g)
        y = x @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
        rows = (",".join(f"{v:.6f}" for v in [*a.tolist(), b.item()]) for a, b in zip(x, y))
        (folder / f"shard-{s:03d}.csv").write_text("\n".join(rows) + "\n")


class Shards(IterableDataset):
    def __init__(self, folder):
        self.paths = sorted(folder.glob("*.csv"))

    def __iter__(self):
        info = get_worker_info()
        mine = self.paths if info is None else self.paths[info.id :: info.num_workers]
        for path in mine:
            with open(path) as lines:
                for line in lines:
                    *x, y = map(float, line.split(","))
                    yield torch.tensor(x), torch.tensor([y])


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        write_shards(folder)
        model = nn.Linear(3, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        for workers in (0, 2):
            seen = 0
            for x, y in DataLoader(Shards(folder), batch_size=16, num_workers=workers):
                loss = nn.functional.mse_loss(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                seen += len(x)
            print(f"workers {workers} samples {seen} loss {loss.item():.6f}")
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    main()
