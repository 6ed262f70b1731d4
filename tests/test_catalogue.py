"""Every promise that is made about all rules."""

import ast
import csv
import inspect
import re
from pathlib import Path

import pytest

from stepscope import evidence
from stepscope.catalogue import UnknownRule, catalogue, find
from stepscope.page import HEADINGS

RULES = catalogue()
with open(Path(__file__).parent / "causes.csv", encoding="utf-8", newline="") as file:
    CAUSES = {row["slug"]: row for row in csv.DictReader(file)}
FAMILIES = {
    "DAT", "IMG", "LBL", "BOX", "ANN", "AUG", "WRK", "SHP", "MOD", "LOS", "NUM", "GRD", "OPT", "REG", "STK", "MEM", "HNG", "NAT", "DST",
    "SAV", "ENV", "API", "RUN",
}  # fmt: skip
RUN_SHOWS = {
    "missing-file", "empty-dataset", "unreadable-entry", "link-loop", "generator-exhausted", "generator-exception",
    "corrupt-image", "truncated-image", "image-too-large", "channel-mismatch", "annotation-parse", "annotation-encoding",
    "label-out-of-range", "label-dtype", "loss-label-format", "target-shape-mismatch", "class-count-mismatch",
    "augmentation-failure", "channel-order",
    "worker-exception", "worker-killed", "worker-pickle", "spawn-main-guard", "shm-exhausted", "too-many-open-files",
    "collate-inconsistent-shapes",
    "input-shape-mismatch", "input-rank", "output-shape-vs-labels", "output-units-vs-classes", "negative-dimension",
    "skip-connection-shape-mismatch", "dtype-mismatch", "device-mismatch", "index-out-of-range", "batchnorm-batch-of-one",
    "loss-activation-mismatch", "custom-loss-bug",
    "no-grad", "graph-detached", "backward-twice", "inplace-modification", "custom-gradient-wrong", "grad-scaler-amp",
    "parameter-not-registered", "custom-object-missing", "optimizer-variable-mismatch", "schedule-misuse",
    "recursion-limit", "module-cycle", "recursive-loading", "recursive-backward", "recursive-copy", "endless-loop", "retracing",
    "gpu-oom", "host-oom", "disk-full", "native-crash", "device-assert", "illegal-memory-access",
    "checkpoint-mismatch", "checkpoint-corrupt", "not-serialisable", "device-not-visible", "version-incompatibility",
    "compiler-failure", "api-misuse", "configuration", "graph-mode-control-flow",
    "interrupted-by-user", "user-code-exception", "hang-worker", "hang-io",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
class TestEveryRule:
    def test_has_a_code_of_a_known_family(self, rule):
        assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
        assert rule.code[:3] in FAMILIES

    def test_is_named_after_the_mistake(self, rule):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
        assert not rule.name.startswith(("check-", "invalid-", "bad-"))

    def test_has_a_witness_that_needs_evidence(self, rule):
        assert rule.witnesses
        for witness in rule.witnesses:
            assert witness.needs
            assert all(kind.__name__ in evidence.__all__ for kind in witness.needs)

    def test_is_named_by_a_slug_that_is_agreed_on(self, rule):
        cause = CAUSES[rule.name]

        assert (rule.code[:3], rule.stage.value) == (cause["family"], cause["stage"])
        assert set(rule.yields_to) <= set(CAUSES)

    def test_has_a_page_whose_examples_are_code(self, rule):
        assert all(getattr(rule.page, heading.lower()) for heading in HEADINGS)
        assert rule.page.title.endswith(".")
        if rule.stage.value not in ("environment",) and _looks_like_python(rule.page.good):
            ast.parse(rule.page.good)

    def test_speaks_without_blame(self, rule):
        text = f"{rule.page.title} {rule.page.why} {' '.join(rule.page.fix)}".lower()

        assert not re.search(r"\b(invalid|illegal|oops|simply|just do|stupid)\b", text)

    def test_stands_in_a_file_that_says_one_thing(self, rule):
        lines = inspect.getsource(inspect.getmodule(rule.witnesses[0].function)).splitlines()

        assert len(lines) <= 200


def _looks_like_python(text: str) -> bool:
    return "=" in text and not text.lstrip().startswith(("{", "ln ", "#", "$", "pip", "docker", "stepscope")) and "--" not in text


def test_codes_and_slugs_are_unique():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_every_cause_that_a_run_can_show_has_a_rule():
    assert sorted(RUN_SHOWS - {rule.name for rule in RULES}) == []


def test_a_rule_is_found_by_code_and_slug_in_any_case():
    assert find("lbl101") is find("Label-Out-Of-Range") is find("label_out_of_range")


def test_an_unknown_rule_offers_the_nearest():
    with pytest.raises(UnknownRule, match="did you mean label-out-of-range"):
        find("label-out-of-rang")
