"""Logging to stdout and to a file, warnings captured by logging, a filter and a custom formatter."""
import hashlib
import logging
import os
import sys
import tempfile
import warnings

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

log_file = os.path.join(tempfile.mkdtemp(), "train.log")
logging.captureWarnings(True)
logger = logging.getLogger("train")
for handler in (logging.StreamHandler(sys.stdout), logging.FileHandler(log_file)):
    handler.setFormatter(logging.Formatter("%(levelname)-7s %(name)s | %(message)s"))
    logger.addHandler(handler)
    logging.getLogger("py.warnings").addHandler(handler)
logger.setLevel(logging.INFO)
logging.getLogger("py.warnings").propagate = False


def old_api(x):
    warnings.warn("old_api goes away in 2.0", DeprecationWarning, stacklevel=2)
    return x * 2


model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(64, 4)
y = x.mean(1, keepdim=True)
warnings.simplefilter("always")
warnings.showwarning = lambda message, category, *a, **k: logger.warning("%s: %s", category.__name__, message)
for step in range(12):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 4 == 0:
        logger.info("step %d loss %.6f", step, loss.item())
        old_api(loss.item())
    logger.debug("never shown %d", step)
try:
    1 / 0
except ZeroDivisionError:
    logger.error("metric could not be computed", exc_info=False)
logging.shutdown()
with open(log_file) as lines:
    print("lines in the file", len(lines.readlines()))
os.remove(log_file)
os.rmdir(os.path.dirname(log_file))
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
