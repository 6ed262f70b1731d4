"""Who names the origin of a NaN, what it costs while all is well, and how long the answer takes.

    python -m benchmarks.microscope cases | outputs | cost [PAIRS] [NET ...] | delay

`cases`: eight mistakes under `stepscope run`, anomaly mode, Hugging Face's DebugUnderflowOverflow, and a check of every operator. `cost`: the time of a healthy
step under each, as a ratio to the bare script, interleaved, with a bare-bare control. `delay`: from the bad step to its diagnosis.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.overhead import NETS, SCRIPT

BEGIN = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
"""
LOOP = """
for (x,) in DataLoader(TensorDataset(data), batch_size=8):
    {body}
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
CASES = {
    "log of a negative number": BEGIN + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
    def forward(self, x):
        return self.fc(torch.log(x))  # origin
data = torch.rand(64, 4) + 0.1
data[41, 2] = -1.0
net = Net(); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
""" + LOOP.format(body="loss = net(x).square().mean()"),
    "sqrt at zero": BEGIN + """
data = torch.randn(64, 4)
data[41] = 0.0
net = nn.Linear(4, 3, bias=False); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
""" + LOOP.format(body="loss = torch.sqrt(net(x).square().sum(1)).mean()  # origin"),
    "log behind a where": BEGIN + """
data = torch.rand(64, 4) + 0.1
data[41, 2] = 0.0
net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
""" + LOOP.format(body="w = net.weight.abs().sum() * x; loss = torch.where(x > 0, torch.log(w), 0 * w).mean()  # origin"),
    "overflow in float16": BEGIN + """
data = torch.randn(64, 4)
data[41] *= 2000.0
net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 1e-6)  # tool
""" + LOOP.format(body="loss = (net(x).half() ** 2).mean().float()  # origin"),
    "learning rate too high": BEGIN + """
data = torch.randn(640, 4)
net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(net.parameters(), 50.0)  # origin tool
""" + LOOP.format(body="loss = (net(x) - 3).square().mean()"),
    "NaN in the data": BEGIN + """
data = torch.randn(64, 4)
data[41, 2] = float("nan")
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
""" + LOOP.format(body="loss = net(x).square().mean()").replace("batch_size=8):", "batch_size=8):  # origin"),
    "a backward of one's own": BEGIN + """
class Root(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        root = x.clamp(min=0).sqrt()
        ctx.save_for_backward(root)
        return root
    @staticmethod
    def backward(ctx, gradient):
        return gradient / (2 * ctx.saved_tensors[0])  # origin
data = torch.rand(64, 4) + 0.1
data[41, 2] = 0.0
net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
""" + LOOP.format(body="loss = Root.apply(x * net.weight.abs().sum()).mean()"),
    "a mask, and a division by zero": BEGIN + """
data = torch.rand(64, 4) + 0.1
data[41] = 0.0
net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)  # tool
mask = torch.tensor([0.0, 0.0, 0.0, float("-inf")])
""" + LOOP.format(body="p = (net(x) + mask).softmax(1)\n    loss = (p / x.sum(1, keepdim=True)).mean()  # origin"),
}  # fmt: skip

EVERY = '''
from torch.utils._python_dispatch import TorchDispatchMode
class Every(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for one in out if isinstance(out, (tuple, list)) else [out]:
            if isinstance(one, torch.Tensor) and one.is_floating_point() and "empty" not in str(func) and not bool(one.isfinite().all()):
                raise RuntimeError(f"{func} made a value that is not finite")
        return out
every = Every(); every.__enter__()
'''
TOOLS = {
    "stepscope": "",
    "anomaly mode": "torch.autograd.set_detect_anomaly(True)",
    "DebugUnderflowOverflow": "from transformers.debug_utils import DebugUnderflowOverflow; watcher = DebugUnderflowOverflow(net)",
    "every operator": EVERY,
}


def _with_tool(script: str, tool: str) -> str:
    """The script with a tool switched on after its net is built."""
    head, line, rest = script.partition("tool\n")
    return f"{head}{line}exec({TOOLS[tool]!r})\n{rest}"


def answer(case: str, tool: str) -> str:
    """What a tool says of a case: "the line", "another: ...", or "silent"."""
    script = _with_tool(CASES[case], tool)
    wanted = next(number for number, line in enumerate(script.splitlines(), 1) if "# origin" in line)
    with tempfile.TemporaryDirectory() as folder:
        path, output = Path(folder) / "case.py", Path(folder) / "report.json"
        path.write_text(script, encoding="utf-8")
        command = [sys.executable, *(["-m", "stepscope", "run", "--quiet", "--output", str(output)] if tool == "stepscope" else []), str(path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"})
        if tool == "stepscope":
            found = json.loads(output.read_text())["findings"]
            said, lines = (found[0]["name"], [found[0]["place"]["line"]]) if found else ("", [])
        else:
            said, lines = _said(ended.stdout + ended.stderr, tool)
    if not said:
        return "silent"
    return f"the line ({said})" if lines and lines[-1] == wanted else f"another: {said}" + (f", line {lines[-1]} for {wanted}" if lines else ", no line")


def outputs() -> None:
    """Print, in Markdown, what `stepscope run` and anomaly mode write for each case."""
    for case, script in CASES.items():
        print(f"## {case[0].upper()}{case[1:]}\n\n```python\n{script.replace(BEGIN, '').strip()}\n```\n".replace("  # origin tool", "").replace("  # tool", ""))
        for tool, title in (("stepscope", "`stepscope run case.py`"), ("anomaly mode", "`torch.autograd.set_detect_anomaly(True)`")):
            print(f"{title}:\n\n```\n{_written(case, tool)}\n```\n")


def _written(case: str, tool: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "case.py").write_text(CASES[case] if tool == "stepscope" else _with_tool(CASES[case], tool), encoding="utf-8")
        command = [sys.executable, *(["-m", "stepscope", "run"] if tool == "stepscope" else []), "case.py"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""})
    text = ended.stderr.replace(folder + "/", "")
    if tool == "stepscope":
        found = re.search(r"^error(?:.|\n)*?(?=\n\nwhy)", text, re.MULTILINE)
        return found[0] if found else "(nothing)"
    warning = re.search(r"Error detected in(?:.|\n)*?(?=\n \(Triggered)", text)
    error = re.search(r"^RuntimeError: Function.*$", text, re.MULTILINE)
    return "\n".join(found[0] for found in (warning, error) if found) or "(nothing; the run ends as if all were well)"


def _said(text: str, tool: str) -> tuple[str, list[int]]:
    if tool == "DebugUnderflowOverflow":
        report = text.partition("Traceback (most recent call last)")[0]
        modules = re.findall(r"^ +([\w.]+ [A-Z]\w+|[A-Z]\w+)$", report, re.MULTILINE)
        return (f"module {modules[-1]}" if "Detected inf/nan" in text and modules else ""), []
    error = re.search(r"Function '(\w+)' returned nan|RuntimeError: (aten\.\S+) made", text)
    forward = text.partition("Traceback of forward call that caused the error")[2].partition("(Triggered")[0] if tool == "anomaly mode" else text
    lines = [int(number) for number in re.findall(r'File "[^"]*case\.py", line (\d+)', forward)]
    return (error[1] or error[2], lines) if error else ("", [])


def cases() -> None:
    """Print one row for each case."""
    print("| case | " + " | ".join(TOOLS) + " |\n|" + "---|" * (len(TOOLS) + 1))
    for case in CASES:
        print(f"| {case} | " + " | ".join(answer(case, tool) for tool in TOOLS) + " |", flush=True)


LIMIT = 5.0
"""Seconds after which no more rounds of a process begin."""


def _seconds(folder: Path, net: str, tool: str | None) -> float:
    """The time of a step in a fast round; a tool that makes a step forty times as slow is not measured in as many."""
    limited = f"for _ in range(ROUNDS):\n    if rounds and time.perf_counter() - rounds_began > {LIMIT}:\n        break\n"
    script = SCRIPT.replace("for _ in range(ROUNDS):\n", limited).replace("rounds = []\n", "rounds, rounds_began = [], time.perf_counter()\n")
    script = script.replace("criterion = nn.CrossEntropyLoss()\n", f"criterion = nn.CrossEntropyLoss()\nexec({TOOLS[tool]!r})\n" if tool else "criterion = nn.CrossEntropyLoss()\n")
    path = folder / "steps.py"
    path.write_text(script, encoding="utf-8")
    command = [sys.executable, *(["-m", "stepscope", "run"] if tool == "stepscope" else []), str(path), net, *map(str, NETS[net])]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return float(json.loads(ended.stdout.splitlines()[-1])[0])


def cost(pairs: int, nets: list[str]) -> None:
    """Print the ratio of a healthy step's CPU time under each tool to the bare script's."""
    print("| net | " + " | ".join(TOOLS) + " | control |\n|" + "---|" * (len(TOOLS) + 2))
    with tempfile.TemporaryDirectory() as name:
        for net in nets:
            ratios: dict[str | None, list[float]] = {tool: [] for tool in (*TOOLS, None)}
            for _ in range(pairs):
                for tool, found in ratios.items():
                    bare, with_tool, again, last = (_seconds(Path(name), net, tool if place in (1, 2) else None) for place in range(4))
                    found += [with_tool / bare, again / last]
            print(f"| {net} | " + " | ".join(f"{statistics.median(found):.3f}" for found in ratios.values()) + " |", flush=True)


DELAY = """
import time
from stepscope.collect.torch.microscope.watching.sentinel import SENTINEL
look, began = SENTINEL.look, []
def timed(*step):
    then = time.perf_counter()
    try:
        return look(*step)
    finally:
        print("LOOK", time.perf_counter() - then)
SENTINEL.look = timed
data[7] = float("nan")
"""


def delay() -> None:
    """Print how long the diagnosis of a bad step takes, and how long the step."""
    print("| net | step | diagnosis |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for net in NETS:
            script = SCRIPT.replace("train(max(3, STEPS))\n", "train(max(3, STEPS))\nthen = time.perf_counter(); train(5); print('STEP', (time.perf_counter() - then) / 5)\n" + DELAY)
            path = Path(folder) / "steps.py"
            path.write_text(script, encoding="utf-8")
            command = [sys.executable, "-m", "stepscope", "run", "--quiet", str(path), net, "20", "2"]
            ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
            step, look = (float(re.findall(rf"{word} (\S+)", ended.stdout)[0]) for word in ("STEP", "LOOK"))
            print(f"| {net} | {step * 1000:.3g} ms | {look:.2f} s |", flush=True)


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "cases"
    if what == "cost":
        cost(int(sys.argv[2]) if len(sys.argv) > 2 else 3, sys.argv[3:] or list(NETS))
    else:
        {"cases": cases, "delay": delay, "outputs": outputs}[what]()
