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


LIST = """
    net = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    with torch.no_grad():
        net.weight.abs_()
    for n in range(30):
        x, rewards = torch.rand(16, 4), [float(k) for k in range(16)]
        if n == 20:
            FAULT
        LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_an_infinity_in_a_list_of_values_is_told_at_the_line_where_it_came_in(reported):
    code = LIST.replace("FAULT", "rewards[3] = math.inf").replace("LOSS", """r = torch.tensor(rewards)
        loss = nn.functional.smooth_l1_loss(net(x).sum(1), r + 0.9)""")
    found, line = reported("\n    import math" + code)

    assert (found["name"], found["place"]["step"], line) == ("non-finite-input", 21, "r = torch.tensor(rewards)")
    assert found["seen"]["not finite in"] == "row 3 (of 16)"


def test_a_list_of_limits_is_not_blamed_for_an_infinity_that_was_computed(reported):
    code = LIST.replace("FAULT", "x = x * 1000").replace("LOSS", """limits = torch.tensor([1.0, 2.0, math.inf])
        out = net(x).exp()
        loss = torch.minimum(out, limits).mean()""")
    found, line = reported("\n    import math" + code)

    assert (found["name"], line) == ("non-finite-loss", "out = net(x).exp()")


def test_a_mask_in_a_list_is_not_blamed_for_the_softmax_over_nothing(reported):
    code = LIST.replace("FAULT", "rewards = [-math.inf] * 16").replace("LOSS", """mask = torch.tensor([-math.inf if r < 0 else 0.0 for r in rewards])
        loss = (net(x).T + mask).softmax(1).square().mean()""")
    _, line = reported("\n    import math" + code)

    assert line == "loss = (net(x).T + mask).softmax(1).square().mean()"
