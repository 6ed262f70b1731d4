"""What stepscope costs before the first step: importing it, its help, and what `run` adds to a script.

    python benchmarks/start.py [TIMES]

CPU time of all processes together, which on a machine that does nothing else is what one waits for.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def seconds(*arguments: str) -> float:
    """The CPU time of one process of this Python, and of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def added(times: int, with_us: list[str], without: list[str]) -> float:
    """The median of what the first command takes longer than the second, taken in turns."""
    return statistics.median(seconds(*with_us) - seconds(*without) for _ in range(times))


def main(times: int) -> None:
    """Print one row for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        empty, framework = Path(folder) / "empty.py", Path(folder) / "framework.py"
        empty.write_text("", encoding="utf-8")
        framework.write_text("import torch", encoding="utf-8")
        run = ["-m", "stepscope", "run"]
        figures = {
            "`import stepscope`": added(times, ["-c", "import stepscope"], ["-c", ""]),
            "`stepscope --help`": statistics.median(seconds("-m", "stepscope", "--help") for _ in range(times)),
            "`run` adds to an empty script": added(times, [*run, str(empty)], [str(empty)]),
            "`run` adds to `import torch`": added(max(3, times // 3), [*run, str(framework)], [str(framework)]),
        }
    print("| what | CPU seconds |\n|---|---|")
    for what, value in figures.items():
        print(f"| {what} | {value:.3f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
