"""Where loops without a loader stand when a step is not finite."""

import pytest

BEGINS = """
    from pathlib import Path
    x = torch.rand(40, 4) + 0.2; x[23] = -1.0
    net = nn.Linear(4, 2); optimizer = torch.optim.Adam(net.parameters())
    def step(rows):
        optimizer.zero_grad(); net(torch.log(rows)).mean().backward(); optimizer.step()
"""
LOOPS = {
    "a range": ("for i in range(0, 40, 8): step(x[i:i + 8])", "`i` = 16"),
    "one at a time": ("for count, i in enumerate(torch.randperm(40)): step(x[i])", "`i` = 23"),
    "loops within each other": (
        "for epoch in range(2):\n        for task, rows in zip(['near', 'far'], x.split(20)):\n            for row in rows: step(row)",
        "`task` = 'far', `epoch` = 0",
    ),
    "files": ("for path in map(Path, ['a.png', 'b.png']): step(x[:8] if path.stem == 'a' else x[20:28])", "`path` = b.png"),
    "in a function": ("def train(order):\n        for i in order: step(x[i])\n    train([3, 23, 5])", "`i` = 23"),
    "batches alone": ("for rows in x.split(8): step(rows)", None),
    "a condition": ("i = 0\n    while i < 40:\n        step(x[i:i + 8]); i += 8", None),
    "a loader": ("for i, (rows,) in enumerate(DataLoader(TensorDataset(x), 8)): step(rows)", None),
}


@pytest.mark.parametrize("name", LOOPS)
def test_the_variables_of_loops_without_a_loader_are_told(reported, name):
    loop, turn = LOOPS[name]
    found, _ = reported(BEGINS + f"    {loop}\n")

    assert found["name"] == "non-finite-forward"
    if turn is None:
        assert "in the loop" not in found["seen"]
    else:
        assert turn in found["seen"]["in the loop"]


def test_where_a_loop_came_to_its_end_that_drew_from_a_loader_the_next_is_told(reported):
    loops = "for (rows,) in DataLoader(TensorDataset(x[:16]), 8): step(rows)\n    for i in range(16, 40, 8): step(x[i:i + 8])"
    found, _ = reported(BEGINS + f"    {loops}\n")

    assert found["seen"]["in the loop"] == "`i` = 16"
