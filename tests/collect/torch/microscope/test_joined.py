"""Rows of a memory beside those of the batch (experience replay): a sample is named where the loader gave the bad row, and else none."""

import pytest

REPLAY = """
    x = torch.rand(120, 6) + 0.1
    memory, remembered = torch.rand(64, 6) + 0.1, torch.arange(64) % 3
    BAD
    net = nn.Linear(6, 3); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for a, b in DataLoader(TensorDataset(x, torch.arange(120) % 3), 10, shuffle=True):
        pick = torch.randint(0, 64, (ROWS,))
        inputs, labels = torch.cat([PARTS]), torch.cat([LABELS])
        loss = nn.functional.cross_entropy(net(SEEN), labels)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
BEFORE, BEHIND = {"PARTS": "memory[pick], a", "LABELS": "remembered[pick], b"}, {"PARTS": "a, memory[pick]", "LABELS": "b, remembered[pick]"}


def _source(**words):
    source = REPLAY
    for word, text in {"SEEN": "inputs.log()", **words}.items():
        source = source.replace(word, text)
    return source


@pytest.mark.parametrize("order", [BEFORE, BEHIND])
@pytest.mark.parametrize("rows", ["10", "4"])
def test_the_sample_of_a_joined_batch_is_named(reported, order, rows):
    found, _ = reported(_source(BAD="x[77, 2] = -1.0", ROWS=rows, **order))

    assert found["name"] == "non-finite-forward"
    assert [sample["index"] for sample in found["place"]["samples"]] == [77]


@pytest.mark.parametrize("order", [BEFORE, BEHIND])
def test_a_row_of_the_memory_is_no_sample(reported, order):
    found, _ = reported(_source(BAD="memory[40, 2] = -1.0", ROWS="10", **order))

    assert (found["name"], found["place"]["samples"]) == ("non-finite-forward", [])


def test_a_memory_that_holds_nan_is_told_by_its_name_and_row(reported):
    found, line = reported(_source(BAD='memory[40, 2] = float("nan")', ROWS="10", SEEN="inputs", **BEFORE))

    assert found["headline"] == "`memory` holds NaN before the model sees it, in 1 of 64 rows"
    assert (found["seen"]["not finite in"], line) == ("row 40 (of 64)", f"inputs, labels = torch.cat([{BEFORE['PARTS']}]), torch.cat([{BEFORE['LABELS']}])")
    assert (found["confidence"], found["place"]["samples"]) == ("certain", [])


GIVEN = """
    x = torch.rand(120, 6) + 0.1; x[77, 2] = -1.0
    y = torch.arange(120) % 3
    net = nn.Linear(6, 3); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    def update(a, b):
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    for LOOP:
        update(a.log(), b)
"""


@pytest.mark.parametrize("loop", ["a, b in DataLoader(TensorDataset(x, y), 10, shuffle=True)", "a, b in ((x[i:i + 10], y[i:i + 10]) for i in range(0, 120, 10))"])
def test_what_a_function_was_given_is_followed_to_its_caller(reported, loop):
    found, line = reported(GIVEN.replace("LOOP", loop))

    assert (found["name"], line, found["seen"]["operator"]) == ("non-finite-forward", "update(a.log(), b)", "`log`")
