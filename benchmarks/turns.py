"""What noting a healthy step costs, with and without it by turns in one process: steadier than whole processes, which differ from each other by themselves.

    python benchmarks/turns.py [ROUNDS] [NET ...]

In each round every variant takes its turn, in random order: PyTorch's own functions put back ("bare", twice, to show what the measurement
cannot tell apart), all that `stepscope run` puts in their place, and each part of it alone. Times are CPU time; the tenth percentile of the rounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from overhead import NETS, SCRIPT

TURNS = '''
import random
from torch.optim.optimizer import _global_optimizer_post_hooks, _global_optimizer_pre_hooks
from torch.utils.data.dataloader import _BaseDataLoaderIter as ITERATOR

HOOKS = [_global_optimizer_pre_hooks, _global_optimizer_post_hooks]
OURS = [dict(hooks) for hooks in HOOKS]
WATCHED = {name: getattr(torch.autograd, name) for name in ("backward", "grad")}
NOTING = {name: vars(ITERATOR)[name] for name in ("_num_yielded", "_sampler_iter")}


def use(batches_are_noted, losses_are_read, steps_are_counted):
    global loader
    for hooks, ours in zip(HOOKS, OURS):
        hooks.clear()
        hooks.update(ours if steps_are_counted else {})
    for name, watched in WATCHED.items():
        setattr(torch.autograd, name, watched if losses_are_read else watched.__wrapped__)
    for name, noting in NOTING.items():
        if batches_are_noted:
            setattr(ITERATOR, name, noting)
        elif name in vars(ITERATOR):
            delattr(ITERATOR, name)
    loader = batches(DataLoader(TensorDataset(data, labels), batch_size=size, shuffle=True))


VARIANTS = {"bare": (0, 0, 0), "control": (0, 0, 0), "all": (1, 1, 1), "batches": (1, 0, 0), "losses": (0, 1, 0), "steps": (0, 0, 1)}
times = {name: [] for name in VARIANTS}
train(10 * STEPS)
for _ in range(ROUNDS):
    for name in random.sample(list(VARIANTS), len(VARIANTS)):
        use(*VARIANTS[name])
        train(max(1, STEPS // 10))
        began = time.process_time()
        train(STEPS)
        times[name].append((time.process_time() - began) / STEPS)
print(json.dumps({name: sorted(took)[len(took) // 10] for name, took in times.items()}))
'''


def seconds_of_a_step(script: Path, net: str, rounds: int) -> dict[str, float]:
    """The CPU time of a step in a fast round, in seconds, by variant."""
    command = [sys.executable, "-m", "stepscope", "run", str(script), net, str(NETS[net][0]), str(rounds)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    times: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return times


def main(rounds: int, nets: list[str]) -> None:
    """Print one row for each net: ratios to the bare step."""
    print("| net | bare step | all | batches | losses and gradients | steps | control |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "steps.py"
        script.write_text(SCRIPT[: SCRIPT.index("\ntrain(max(")] + TURNS, encoding="utf-8")
        for net in nets:
            times = seconds_of_a_step(script, net, rounds)
            cells = [f"{times[name] / times['bare']:.3f}" for name in ("all", "batches", "losses", "steps", "control")]
            print(f"| {net} | {times['bare'] * 1000:.3g} ms | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60, sys.argv[2:] or list(NETS))
