"""A batch of a generator of the user's own is told with the generator's line."""

import pytest

BODY = """
    import numpy as np
    values = np.random.default_rng(0).random((40, 6)).astype("float32")
    values[21] = 0
    def batches(size):
        for i in range(0, 40, size):
            BEFORE
            x = values[i:i + size] / values[i:i + size].max(1, keepdims=True)
            yield torch.from_numpy(x)
    net = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for x in batches(8):
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
MADE, TAKEN = "x = values[i:i + size] / values[i:i + size].max(1, keepdims=True)", "loss = net(x).square().mean()"


@pytest.mark.parametrize(("before", "line"), [("pass", MADE), ("gap = np.full(3, np.nan)", TAKEN)])
def test_the_line_of_a_generator_is_told_where_it_made_what_it_handed_out(reported, before, line):
    found, told = reported(BODY.replace("BEFORE", before))

    assert found["name"] == "non-finite-input"
    assert told == line
