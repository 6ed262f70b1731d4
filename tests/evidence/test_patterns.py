import re

import pytest

from stepscope.evidence import wording
from stepscope.evidence.patterns import needles


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("out of memory", ("out of memory",)),
        (r"label \d+ exceeds|class (?:name|id) unknown", (" exceeds", " unknown")),
        (r"colou?rs are", ("rs are",)),
        (r"files+ gone", ("files",)),
        (r"(?:a|b|c)", ()),
        (r"known words|\d+", ()),
        (r"\[rank (?P<rank>\d)\] died", ("[rank ",)),
        (r"(?i)Killed", ()),
        (r"[^)(] (?:x|\)) then\b", (" then",)),
    ],
)
def test_the_plain_words_that_a_pattern_cannot_do_without(pattern, plain):
    assert needles(pattern) == plain


@pytest.mark.parametrize("text", ["Label 7 EXCEEDS nc", "label x exceeds", "", "the class id unknown"])
@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_it_finds_what_the_pattern_finds(text, flags):
    pattern = r"label \d+ exceeds|class (?:name|id) unknown"
    found, expected = wording(pattern, flags).search(text), re.search(pattern, text, flags)

    assert (found and found.span()) == (expected and expected.span())


def test_nothing_is_compiled_before_the_words_are_met(monkeypatch):
    compiled = []
    monkeypatch.setattr("stepscope.evidence.patterns.re.compile", lambda *form: compiled.append(form))

    assert wording(r"out of memory: (\d+)").search("all is well") is None
    assert not compiled


def test_it_has_all_methods_of_a_pattern():
    pattern = wording(r"loss (?P<value>\d+)")

    assert [found["value"] for found in pattern.finditer("loss 1, loss 2")] == ["1", "2"]
    assert pattern.match("a loss 1") is None
    assert pattern.sub("x", "loss 3") == "x"
