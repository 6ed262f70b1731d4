"""What a `return` gives is told at its line, also where a `with` or a `finally` around it has lines to run afterwards."""

import pytest

PREPARED = """
    import numpy as np
    class Pictures:
        def __init__(self): self.all = np.random.default_rng(0).random((40, 6)).astype("float32"); self.all[17] = 0.5
        def __len__(self): return 40
        def __getitem__(self, i): return self.prepared(self.all[i])
        def prepared(self, x):
            BODY
    net = nn.Linear(6, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for x in DataLoader(Pictures(), 8):
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
WITH = """with np.errstate(invalid="ignore"):
                return (x - x.mean()) / x.std()"""
FINALLY = """try:
                return (x - x.mean()) / x.std()
            finally:
                self.seen = True"""
NAMED = """with np.errstate(invalid="ignore"):
                x = (x - x.mean()) / x.std()
                return x[::-1].copy()"""


@pytest.mark.parametrize(("body", "line"), [(WITH, "return (x - x.mean()) / x.std()"), (FINALLY, "return (x - x.mean()) / x.std()"), (NAMED, "x = (x - x.mean()) / x.std()")])
def test_the_line_that_made_it_is_told_and_not_the_last_that_ran(reported, body, line):
    found, told = reported(PREPARED.replace("BODY", body))

    assert (found["name"], told) == ("non-finite-input", line)
    assert [sample["index"] for sample in found["place"]["samples"]] == [17]
