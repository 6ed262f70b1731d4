"""An epoch over a folder of JPEGs of which one in ten cannot be decoded, under `--skip-bad-samples`, beside the same folder whole.

    python benchmarks/bad_samples.py [FILES] [PAIRS]

Each pair is four whole processes that time their own second epoch: bare over the whole folder, `run --skip-bad-samples` over the spoilt one, the same
again in the other order. A third kind runs with the option over the whole folder: its weights have to be those of the bare run, bit for bit.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = '''
import hashlib, json, sys, time
from pathlib import Path
import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)
torch.set_num_threads(1)


class Folder(Dataset):
    def __init__(self, root):
        self.files = sorted(Path(root).glob("*.jpg"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = np.asarray(Image.open(self.files[index]).convert("RGB"), dtype=np.float32) / 255
        return torch.from_numpy(image).permute(2, 0, 1), index % 4


net = nn.Sequential(nn.Conv2d(3, 4, 3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4))
optimizer = torch.optim.SGD(net.parameters(), 0.01)
loader = DataLoader(Folder(sys.argv[1]), batch_size=64, shuffle=True)
for epoch in range(2):
    began = time.process_time()
    seen = 0
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
        seen += len(x)
    took = time.process_time() - began
weights = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest()
print(json.dumps({"seconds": took, "seen": seen, "weights": weights}))
'''


def make(folder: Path, files: int, spoilt: bool) -> None:
    """The photos that scikit-learn carries, cropped and encoded; one in ten ends in the middle of its header's tables."""
    import io

    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_sample_images

    rng = np.random.default_rng(0)
    photos = load_sample_images().images
    folder.mkdir()
    for number in range(files):
        photo = photos[number % len(photos)]
        top, left = (int(rng.integers(0, size - 96)) for size in photo.shape[:2])
        kept = io.BytesIO()
        Image.fromarray(photo[top : top + 96, left : left + 96]).save(kept, "JPEG", quality=85)
        data = kept.getvalue()
        (folder / f"{number:06}.jpg").write_bytes(data[:300] if spoilt and number % 10 == 3 else data)


def epoch(script: Path, folder: Path, *options: str) -> dict[str, object]:
    """One process: seconds of its second epoch, samples seen, digest of the weights."""
    command = [sys.executable, *(["-m", "stepscope", "run", "--quiet", *options] if options else []), str(script), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    told: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return told


def main(files: int, pairs: int) -> None:
    """Print the ratio of the epochs, and whether the weights agree."""
    with tempfile.TemporaryDirectory() as name:
        script, whole, spoilt = (Path(name) / part for part in ("train.py", "whole", "spoilt"))
        script.write_text(SCRIPT, encoding="utf-8")
        make(whole, files, spoilt=False)
        make(spoilt, files, spoilt=True)
        option = f"--skip-bad-samples={files}"
        ratios, bare = [], epoch(script, whole)
        for _ in range(pairs):
            first, bad, again, last = epoch(script, whole), epoch(script, spoilt, option), epoch(script, spoilt, option), epoch(script, whole)
            ratios += [float(str(bad["seconds"])) / float(str(first["seconds"])), float(str(again["seconds"])) / float(str(last["seconds"]))]
        same = epoch(script, whole, option)["weights"] == bare["weights"]
        print(f"{files} files, {files // 10} of them bad: an epoch takes {statistics.median(ratios):.3f} of the whole folder's (each: {', '.join(f'{r:.3f}' for r in ratios)})")
        print(f"samples seen {bad['seen']} of {files}; weights with the option on the whole folder {'bit for bit the same' if same else 'DIFFER'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 2)
