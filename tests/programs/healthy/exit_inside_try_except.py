"""sys.exit in odd places: inside try/except, caught once, with a finally, and in the end sys.exit(0)."""
import hashlib
import sys

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def parse(argv):
    import argparse

    parser = argparse.ArgumentParser(prog="train")
    parser.add_argument("--epochs", type=int, default=3)
    return parser.parse_args(argv)


try:
    parse(["--help"])
except SystemExit as stop:
    print("help left with", stop.code)

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(64, 4)


def main(epochs):
    try:
        for epoch in range(epochs):
            loss = (model(x) - x[:, :1]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(f"epoch {epoch} loss {loss.item():.6f}")
            if loss.item() < 0.05:
                print("good enough")
                sys.exit()
        sys.exit(0)
    except Exception:
        print("never printed")
        sys.exit(1)
    finally:
        print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())


if __name__ == "__main__":
    sys.exit(main(parse([]).epochs * 10))
