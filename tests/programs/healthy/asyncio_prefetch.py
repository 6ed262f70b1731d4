"""asyncio: one task reads data with a delay and errors, another trains; cancelled and gathered exceptions are handled."""
import asyncio
import hashlib

import torch
from torch import nn


async def read_shard(k):
    await asyncio.sleep(0.001)
    if k == 3:
        raise TimeoutError(f"shard {k} did not answer")
    g = torch.Generator().manual_seed(k)
    x = torch.randn(32, 4, generator=g)
    return x, x.sum(1, keepdim=True).cos()


async def producer(q, n):
    for k in range(n):
        try:
            await q.put(await read_shard(k))
        except TimeoutError as error:
            print("retry later:", error)
    await q.put(None)


async def ticker():
    try:
        while True:
            await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("ticker cancelled")
        raise


async def train(q):
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    step = 0
    while (batch := await q.get()) is not None:
        x, y = batch
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 5 == 0:
            print(step, f"{loss.item():.6f}")
        step += 1
    return model


async def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    q = asyncio.Queue(maxsize=2)
    tick = asyncio.create_task(ticker())
    _, model = await asyncio.gather(producer(q, 25), train(q))
    tick.cancel()
    results = await asyncio.gather(tick, read_shard(3), return_exceptions=True)
    print([type(r).__name__ for r in results])
    print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


asyncio.run(main())
