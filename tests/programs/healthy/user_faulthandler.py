"""faulthandler switched on by the user, with a file, a dump on demand and a watchdog that is cancelled."""
import faulthandler
import hashlib
import signal
import tempfile

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

log = tempfile.TemporaryFile("w+")
faulthandler.enable(file=log, all_threads=True)
faulthandler.register(signal.SIGUSR2, file=log, all_threads=False, chain=False)
print("enabled", faulthandler.is_enabled())

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(60, 4)
y = x[:, :2].argmax(1)


def train():
    for step in range(12):
        faulthandler.dump_traceback_later(30, exit=True)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        faulthandler.cancel_dump_traceback_later()
        if step == 3:
            signal.raise_signal(signal.SIGUSR2)
        if step % 4 == 0:
            print(step, f"{loss.item():.6f}")


train()
log.seek(0)
text = log.read()
print("dumps", text.count("in train"))
faulthandler.unregister(signal.SIGUSR2)
faulthandler.disable()
print("enabled", faulthandler.is_enabled())
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
