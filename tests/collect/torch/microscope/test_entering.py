"""What comes into a step out of numpy: the line that made it NaN is told, with the rows, and with the sample where a loader knows it."""

BEGIN = """
    import numpy as np
    table, y = np.random.default_rng(0).random((160, 4), np.float32) + 0.1, torch.rand(160, 1)
    table[85] = -1.0
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), 0.01)
"""
UPDATE = """
        loss = (net(torch.as_tensor(x)) - b).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_the_line_in_numpy_is_told_with_the_rows(reported):
    found, line = reported(BEGIN + """
    for i in range(0, 160, 8):
        b, scores = y[i:i + 8], np.full((8, 4), np.nan)
        x = np.log(table[i:i + 8])
    """ + UPDATE)  # fmt: skip

    assert (found["name"], found["place"]["step"], line) == ("non-finite-input", 11, "x = np.log(table[i:i + 8])")
    assert found["seen"]["not finite in"] == "row 5 (of 8)"
    assert found["seen"]["came in with"].startswith("an array of numpy's")


def test_a_loaders_batch_that_goes_through_numpy_is_not_taken_for_changed(reported):
    found, line = reported(BEGIN + """
    def roots(a):
        return np.sqrt(a)
    for a, b in DataLoader(TensorDataset(torch.from_numpy(table), y), batch_size=8):
        x = roots(a.numpy())
    """ + UPDATE)  # fmt: skip

    assert (found["name"], found["confidence"], line) == ("non-finite-input", "certain", "return np.sqrt(a)")
    assert [sample["index"] for sample in found["place"]["samples"]] == [85]


def test_an_array_beside_it_is_not_blamed(reported):
    found, line = reported(BEGIN + """
    for i in range(0, 160, 8):
        b, scores = y[i:i + 8], np.full((8, 3), np.nan)
        x = torch.as_tensor(np.log(table[i:i + 8]).tolist())
    """ + UPDATE)  # fmt: skip

    assert line == "x = torch.as_tensor(np.log(table[i:i + 8]).tolist())"
    assert found["seen"]["came in with"] == "an array, a list or a number, on this line"
