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


PEOPLE = """
    import numpy as np
    g = torch.Generator().manual_seed(1)
    crops, seen = torch.rand(40, 6, generator=g), torch.rand(40, 3, generator=g)
    seen[27] = 0
    KIND
    def batches(size):
        x, y = crops, seen
        order = torch.randperm(40, generator=g)
        BEFORE
        LOOP
            yield torch.as_tensor(x[rows]), torch.as_tensor(y[rows])
    net = nn.Linear(6, 3)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for a, b in batches(8):
        loss = ((net(a) - b).square().sum(1) / b.sum(1)).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
VECTOR, LIST, SLICE = "for rows in order.split(8):", "for rows in torch.tensor_split(order, 5):\n            rows = rows.tolist()", "for i in range(0, 40, size):\n            rows = slice(i, i + size)"
ARRAYS = "crops, seen = crops.numpy(), seen.numpy()"


@pytest.mark.parametrize(
    ("kind", "before", "loop", "samples"),
    [
        ("", "", VECTOR, [27]),
        ("", "", SLICE, [27]),
        (ARRAYS, "", LIST, [27]),
        (ARRAYS, "", SLICE, [27]),
        ("", "x, y = x[order], y[order]", SLICE, []),
        ("crops[:] = 0.5; seen[:] = 0.0", "", VECTOR, []),
    ],
)
def test_the_rows_that_a_generator_has_taken_are_told_where_comparing_proves_them(reported, kind, before, loop, samples):
    found, _ = reported(PEOPLE.replace("KIND", kind).replace("BEFORE", before).replace("LOOP", loop))

    assert found["name"] == "non-finite-loss"
    assert [sample["index"] for sample in found["place"]["samples"]] == samples
