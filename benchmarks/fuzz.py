"""Logs that mean harm, for as long as you like: mixtures of the tests' own pieces and of logs, cut, doubled and spoilt.

    python benchmarks/fuzz.py [SECONDS] [LOGS.jsonl ...]

Ends with 1 and the text (as a Python literal) where `stepscope.explain` raised, or took more than a second for a hundred kilobytes.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.collect.logs.pieces import PIECES

import stepscope

SLOW = 1.0
"""Seconds of the processor for a hundred kilobytes."""


def mutated(texts: list[str], rng: random.Random) -> bytes:
    """One more text."""
    text = rng.choice(texts) if rng.random() < 0.7 else "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 400)))
    for _ in range(rng.randrange(1, 6)):
        begin, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        act = rng.randrange(6)
        if act == 0:
            text = text[:begin] + text[end:]
        elif act == 1:
            text = text[:begin] + text[begin:end] * rng.choice((2, 3, 50)) + text[end:]
        elif act == 2:
            text = text[:begin] + rng.choice(PIECES) * rng.choice((1, 2, 100)) + text[begin:]
        elif act == 3:
            other = rng.choice(texts)
            text = text[:begin] + other[rng.randrange(len(other) + 1) :] + text[end:]
        elif act == 4:
            text = "".join(chr(rng.randrange(0x110000 - 0x800) % 0xD800) if rng.random() < 0.01 else c for c in text)
        else:
            prefix = rng.choice(("[rank1]: ", "0: ", "\x1b[31m", "| ", "  ", "2026-11-20 12:00:01,1 - a - ERROR - "))
            text = "\n".join(prefix + line for line in text.split("\n"))
        text = text[:300_000]
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1")), "replace")
    return data if rng.random() < 0.8 else data[rng.randrange(len(data) + 1) :]


def main(seconds: float, files: list[str]) -> int:
    """Explain mutated texts until the time is over."""
    texts = ["".join(PIECES), *(json.loads(line)["log"] for file in files for line in Path(file).read_text(encoding="utf-8").splitlines())]
    seed = time.time_ns()
    rng, until, count = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = mutated(texts, rng)
        began = time.process_time()
        try:
            stepscope.explain(data)
            took = time.process_time() - began
            if took > SLOW * max(1.0, len(data) / 1e5):
                raise TimeoutError(f"{took:.1f} s for {len(data)} bytes")
        except Exception as problem:
            Path("fuzz-failure.bin").write_bytes(data)
            print(f"seed {seed}, text {count}: {type(problem).__name__}: {problem}; the text is in fuzz-failure.bin")
            return 1
        count += 1
    print(f"{count} texts in {seconds:.0f} s, none raised and none was slow (seed {seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, sys.argv[2:]))
