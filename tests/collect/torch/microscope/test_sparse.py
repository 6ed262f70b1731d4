"""Gradients of embeddings that are sparse: their values are read like those of any other."""

import pytest
import torch

from stepscope.collect import trouble as troubles
from stepscope.collect.trouble import LETTERS, trouble

WORDS = """
    words = torch.randint(1, 12, (60, 3)); words[37] = 0
    table = nn.Embedding(12, 6, sparse=True); head = nn.Linear(6, 1)
    with torch.no_grad(): table.weight[0] = 0
    each = torch.optim.SparseAdam(table.parameters(), 0.01), OPTIMIZERS
    def loss_of(rows):
        middle = table(words[rows]).mean(1)
        size = (middle * middle).sum(1).sqrt()
        return head(middle).square().mean() + size.mean()
    for rows in torch.arange(60).split(10):
        for optimizer in each: optimizer.zero_grad()
        loss_of(rows).backward()
        CLEAN
        for optimizer in each: optimizer.step()
"""
BESIDE = {"alone": "*[]", "beside a dense one": "torch.optim.SGD(head.parameters(), 0.1)"}
CLEANED = """g = table.weight.grad.coalesce(); good = g.values().isfinite().all(1)
        table.weight.grad = torch.sparse_coo_tensor(g.indices()[:, good], g.values()[good], g.shape, check_invariants=False)"""


def source(beside, clean="pass"):
    return WORDS.replace("OPTIMIZERS", BESIDE[beside]).replace("CLEAN", clean)


@pytest.mark.parametrize("beside", BESIDE)
def test_a_sparse_gradient_that_is_not_finite_is_followed_back(diagnosed, beside):
    report, _, lines = diagnosed(source(beside))

    found = report.findings[0]
    assert (found.name, found.place.step) == ("non-finite-gradient", 4)
    assert lines[found.place.line - 1].strip() == "size = (middle * middle).sum(1).sqrt()"


@pytest.mark.parametrize("beside", BESIDE)
def test_an_update_of_sparse_gradients_is_dropped(diagnosed, beside):
    report, names, _ = diagnosed(source(beside), on_nonfinite="skip")

    assert report.findings[0].name == "non-finite-gradient"
    assert names["table"].weight.isfinite().all()
    assert int(names["each"][0].state[names["table"].weight]["step"]) == 5


def test_sparse_gradients_that_are_cleaned_by_hand_are_in_good_hands(diagnosed):
    report, names, _ = diagnosed(source("alone", CLEANED))

    assert report is None
    assert names["table"].weight.isfinite().all()


def test_our_own_failure_is_said_in_one_line(capfd, monkeypatch):
    monkeypatch.setattr(troubles, "_told", set())
    with pytest.raises(NotImplementedError) as raised:
        torch.eye(2).to_sparse().isfinite()
    trouble("could not look at a step", raised.value)

    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert len(said) < LETTERS + 100
