"""The commands of stepscope that the examples show."""

import subprocess
import sys


def stepscope(*arguments: str) -> int:
    """Run a command of stepscope and show it; its exit code."""
    print("\n$ stepscope", " ".join(arguments), flush=True)
    return subprocess.run([sys.executable, "-m", "stepscope", *arguments], check=False).returncode
