"""The time of a training step under `stepscope run`, as a ratio to the same script alone.

    python benchmarks/overhead.py [PAIRS] [NET ...]

Each pair is four whole processes, bare, guarded, guarded, bare, that time their own steps in short rounds (the import of PyTorch and the
first steps left out) and give the time of a fast round, the tenth percentile, so that other work on the machine counts little. A second such
pair with two bare runs in the place of the guarded ones shows what the measurement itself cannot tell apart.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

NETS = {"CNN": (1, 25), "transformer": (10, 60), "MLP": (200, 120)}
"""The nets, with the number of steps of a round, and of rounds."""

SCRIPT = '''
import json, sys, time
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

NET, STEPS, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(0)
torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(),
            nn.Conv2d(outside, outside, 3, 1, 1, bias=False), nn.BatchNorm2d(outside),
        )
        self.short = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        return torch.relu(self.path(x) + self.short(x))


def cnn():
    widths = [16, 16, 32, 64, 128]
    blocks = [Block(a, b, 1 + (a < b)) for a, b in zip(widths, widths[1:])]
    net = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
    return net, torch.randn(32, 3, 64, 64), 32


def transformer():
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    net = nn.Sequential(nn.Linear(16, 64), nn.TransformerEncoder(layer, 2), nn.Flatten(), nn.Linear(64 * 24, 10))
    return net, torch.randn(64, 24, 16), 16


def mlp():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4)), torch.randn(256, 16), 8


def batches(loader):
    while True:
        yield from loader


net, data, size = {"CNN": cnn, "transformer": transformer, "MLP": mlp}[NET]()
labels = torch.randint(0, 4, (len(data),))
loader = batches(DataLoader(TensorDataset(data, labels), batch_size=size, shuffle=True))
optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)
criterion = nn.CrossEntropyLoss()


def train(steps):
    for _, (x, y) in zip(range(steps), loader):
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()


train(max(3, STEPS))
rounds = []
for _ in range(ROUNDS):
    began = time.process_time(), time.perf_counter()
    train(STEPS)
    rounds.append([(now - then) / STEPS for now, then in zip((time.process_time(), time.perf_counter()), began)])
print(json.dumps([sorted(times)[len(times) // 10] for times in zip(*rounds)]))
'''


def seconds_of_a_step(script: Path, net: str, guarded: bool) -> tuple[float, float]:
    """CPU and wall-clock time of a fast round of one process, in seconds a step."""
    command = [sys.executable, *(["-m", "stepscope", "run"] if guarded else []), str(script), net, *map(str, NETS[net])]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    cpu, wall = json.loads(ended.stdout.splitlines()[-1])
    return cpu, wall


def ratios(script: Path, net: str, guarded: bool) -> list[tuple[float, float]]:
    """Two ratios of CPU and wall-clock time, and the time of a bare step with each: bare, other, other, bare."""
    first, other, another, last = (seconds_of_a_step(script, net, guarded and place in (1, 2)) for place in range(4))
    return [(a[0] / b[0], a[1] / b[1]) for a, b in ((other, first), (another, last))]


def main(pairs: int, nets: list[str]) -> None:
    """Print one row for each net."""
    print("| net | bare step | under run, CPU | under run, wall | control, CPU | control, wall |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "steps.py"
        script.write_text(SCRIPT, encoding="utf-8")
        for net in nets:
            bare = seconds_of_a_step(script, net, guarded=False)[0]
            rows = {True: [], False: []}  # type: dict[bool, list[tuple[float, float]]]
            for _ in range(pairs):
                for guarded in rows:
                    rows[guarded] += ratios(script, net, guarded)
            cells = [f"{statistics.median(column):.3f}" for guarded in rows for column in zip(*rows[guarded], strict=True)]
            print(f"| {net} | {bare * 1000:.3g} ms | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2:] or list(NETS))
