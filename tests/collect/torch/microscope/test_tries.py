"""How long repeats may take."""

import os

import pytest

from stepscope.collect.torch.microscope.tries import BUSIEST, _busy


@pytest.mark.parametrize(("load", "cores", "times"), [(0.5, 2, 1.0), (5.0, 2, 2.5), (64.0, 2, BUSIEST)])
def test_a_busy_machine_gives_a_repeat_more_time(monkeypatch, load, cores, times):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert _busy() == times


def test_a_system_that_does_not_tell_its_load_counts_as_idle(monkeypatch):
    monkeypatch.delattr(os, "getloadavg", raising=False)
    assert _busy() == 1.0
