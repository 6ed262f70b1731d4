"""Measures itself: cProfile, sys.settrace for a while, tracemalloc, torch.profiler and a gc callback."""
import cProfile
import gc
import hashlib
import pstats
import sys
import tracemalloc

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

torch.manual_seed(0)
torch.set_num_threads(1)
x = torch.randn(200, 6)
y = x[:, :3].argmax(1)
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)


def my_training_step(rows):
    loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def epoch():
    for rows in torch.randperm(200).split(40):
        loss = my_training_step(rows)
    print(f"loss {loss:.6f}")


profiler = cProfile.Profile()
profiler.runcall(epoch)
stats = pstats.Stats(profiler).stats
print("profiled steps", [v[1] for k, v in stats.items() if k[2] == "my_training_step"])

calls = []
sys.settrace(lambda frame, event, arg: calls.append(frame.f_code.co_name) if frame.f_code.co_name == "my_training_step" else None)
epoch()
sys.settrace(None)
print("traced steps", len(calls))

tracemalloc.start()
epoch()
print("tracing memory", tracemalloc.is_tracing(), tracemalloc.get_traced_memory()[1] > 0)
tracemalloc.stop()

with profile(activities=[ProfilerActivity.CPU]) as prof:
    with record_function("my_epoch"):
        epoch()
print("recorded", sorted(e.key for e in prof.key_averages() if e.key in ("my_epoch", "aten::addmm")))

collections = []
note_collection = lambda phase, info: collections.append(phase)
gc.callbacks.append(note_collection)
gc.disable()
epoch()
gc.collect()
print("collections", len(collections), "enabled", gc.isenabled())
gc.enable()
gc.callbacks.remove(note_collection)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
