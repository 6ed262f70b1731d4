"""Runs every program of tests/programs under guard and prints what was named rightly, wrongly, and not at all.

    python benchmarks/programs.py [crash|nonfinite|healthy|harmless] [NAME ...]

Those of `crash` raise, those of `nonfinite` turn a loss or a gradient into NaN or infinity; `healthy` ones are all right, `harmless` ones hold NaN or infinity
that reaches neither.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).resolve().parents[1] / "tests" / "programs"
SECONDS = 120
BROKEN, SOUND = ("crash", "nonfinite"), ("healthy", "harmless")


def guarded(script: Path, arguments: list[str]) -> tuple[int, dict[str, Any], str]:
    """Exit code, report and standard output of one program under guard."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        command = [sys.executable, "-m", "stepscope", "run", "--quiet", "--output", str(output), script.name, *arguments]
        ended = subprocess.run(
            command, cwd=script.parent, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False,
        )  # fmt: skip
        report = json.loads(output.read_text()) if output.exists() else {"findings": [], "error": ended.stderr[-800:]}
        return ended.returncode, report, ended.stdout


def faults(script: Path, wanted: dict[str, Any], code: int, report: dict[str, Any]) -> list[str]:
    """What a report gets wrong about a broken program; empty where all is right."""
    if "error" in report:
        return [f"no report: {report['error']}"]
    if not report["findings"]:
        return ["nothing found"]
    found, wrong = report["findings"][0], []
    place = found["place"]
    if found["name"] not in wanted["cause"]:
        wrong.append(f"cause {found['name']} instead of {wanted['cause'][0]} ({found['headline']})")
    if found["stage"] not in wanted["stage"]:
        wrong.append(f"stage {found['stage']} instead of {wanted['stage']}")
    texts = script.read_text(encoding="utf-8").splitlines()
    line = texts[place["line"] - 1].strip() if place["line"] and place["line"] <= len(texts) else None
    if line not in wanted["lines"] or Path(place["file"]).name != script.name:
        wrong.append(f"line {place['file']}:{place['line']} {line!r} instead of {wanted['lines'][0]!r}")
    wrong += sample_faults(wanted, place["samples"])
    if code != wanted["exit"]:
        wrong.append(f"exit code {code} instead of {wanted['exit']}")
    return wrong


def sample_faults(wanted: dict[str, Any], samples: list[dict[str, Any]]) -> list[str]:
    """What a report gets wrong about the samples to blame."""
    wrong, indices = [], [sample["index"] for sample in samples]
    if wanted.get("samples") == [] and indices:
        wrong.append(f"samples {indices[:5]} where none is to blame")
    if wanted.get("samples") and not set(indices) & set(wanted["samples"]):
        wrong.append(f"samples {indices[:5]} instead of {wanted['samples'][:5]}")
    files = [sample["file"] or "" for sample in samples]
    if wanted.get("file_of_sample") and not any(file.endswith(wanted["file_of_sample"]) for file in files):
        wrong.append(f"file {files[:3]} instead of {wanted['file_of_sample']}")
    return wrong


def judge(kind: str, name: str, wanted: dict[str, Any]) -> list[str]:
    """The faults of one program."""
    script = PROGRAMS / kind / f"{name}.py"
    try:
        code, report, _ = guarded(script, wanted.get("args", []))
    except subprocess.TimeoutExpired:
        return ["took too long"]
    if kind in BROKEN:
        return faults(script, wanted, code, report)
    wrong = [f"false alarm {finding['name']}: {finding['headline']} {finding['seen']}" for finding in report["findings"]]
    return wrong if code == wanted["exit"] else [*wrong, f"exit code {code} instead of {wanted['exit']}"]


def main() -> None:
    """Print a line for each program that is not right, and the shares."""
    every = [*BROKEN, *SOUND]
    kinds = [argument for argument in sys.argv[1:] if argument in every] or every
    names = [argument for argument in sys.argv[1:] if argument not in every]
    for kind in kinds:
        ledger = json.loads((PROGRAMS / kind / "expected.json").read_text())
        chosen = [name for name in ledger if not names or name in names]
        right = 0
        with ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
            judged = pool.map(judge, [kind] * len(chosen), chosen, [ledger[name] for name in chosen])
            for name, wrong in zip(chosen, judged, strict=True):
                right += not wrong
                for fault in wrong:
                    print(f"{kind}/{name}: {fault}", flush=True)
        print(f"{kind}: {right} of {len(chosen)} right")


if __name__ == "__main__":
    main()
