"""What `stepscope explain` makes of the labelled logs: the right cause first, the right stage, wrong and sure, alarms on healthy logs.

    python benchmarks/explain.py CORPUS.jsonl ... [--wrong] [--only ID]

A cause counts as right when it is the case's or among its `also_ok`; a stage when it is the case's or the usual one of an accepted cause.
A healthy log (`not-a-failure`) is right when nothing is found, `not-a-failure` is, or an accepted other.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import stepscope
from stepscope.catalogue import catalogue

USUAL = {rule.name: rule.stage.value for rule in catalogue()}
HEALTHY = "not-a-failure"


def judged(case: dict[str, Any]) -> dict[str, Any]:
    """One case against its label."""
    report = stepscope.explain(case["log"])
    finding = report.findings[0] if report.findings else None
    said = finding.name if finding else "nothing"
    accepted = {case["cause"], *case["also_ok"]}
    healthy = HEALTHY in accepted
    right = said in accepted or (healthy and finding is None)
    stages = {case["stage"], *(USUAL.get(name, "") for name in accepted)}
    return {
        "said": said,
        "right": right,
        "stage": healthy or (finding is not None and finding.stage.value in stages),
        "stage said": finding.stage.value if finding else "",
        "sure and wrong": not right and finding is not None and finding.confidence.value == "certain",
        "alarm": case["cause"] == HEALTHY and not right,
        "headline": finding.headline if finding else "",
    }


def main(arguments: list[str]) -> None:
    """Print the rows."""
    shows = "--wrong" in arguments
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    files = [name for name in arguments if name.endswith(".jsonl")]
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if only and only not in case["id"]:
                continue
            told = judged(case)
            rows[case["framework"].split(",")[0].split(";")[0].rstrip("0123456789. ")].append(told)
            rows["all"].append(told)
            if shows and not (told["right"] and told["stage"]):
                print(f"{case['id']:11} {case['cause']:28} {told['said']:28} {case['stage']:>10} {told['stage said']:10} {told['headline'][:70]}")
            if only:
                print(case["log"], "\n", json.dumps(case["also_ok"]))
    print("| framework | logs | cause | stage | certain and wrong | false alarms |")
    print("|---|---|---|---|---|---|")
    for name, told in sorted(rows.items(), key=lambda row: -len(row[1])):
        shares = [f"{sum(each[key] for each in told) / len(told):.1%}" for key in ("right", "stage", "sure and wrong")]
        print(f"| {name} | {len(told)} | {' | '.join(shares)} | {sum(each['alarm'] for each in told)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
