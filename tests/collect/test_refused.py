"""The way to a value that JSON refused."""

import json
from functools import partial
from pathlib import Path

import pytest

from stepscope.collect.refused import refused_of
from stepscope.collect.source import entries
from stepscope.evidence import Refused


def refused(write):
    with pytest.raises((TypeError, ValueError)) as caught:
        write()
    return refused_of(list(entries(caught.value.__traceback__)), caught.value)


@pytest.mark.parametrize("write", [json.dumps, partial(json.dumps, indent=1)], ids=["at once", "bit by bit"])
def test_the_shortest_way_is_told(write):
    history = [{"loss": 0.5}, {"loss": 0.25, "file": Path("a.pt")}]
    history[0]["later"] = history[1]

    assert refused(lambda: write({"version": 2, "epochs": history})) == Refused("history[1]['file']", "PosixPath")


def test_what_no_name_leads_to_is_not_told():
    assert refused(lambda: json.dumps({"file": Path("a.pt")})) is None


def test_another_failure_of_json_is_not_looked_at():
    here = []
    here.append(here)

    assert refused(lambda: json.dumps(here)) is None
