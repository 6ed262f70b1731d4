"""What stood beside the batches and is not finite (class weights, a table of the program's) is told by its name: it is no sample, and nothing has changed the samples."""

import pytest

COUNTS = """
    x, y = torch.rand(120, 6), torch.arange(120) % 3
    net = nn.Linear(6, 4); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    scale = 1 / torch.bincount(y, minlength=4)
    scale = scale / scale.sum()
"""
LOOP = """
    for a, b in DataLoader(TensorDataset(x, y), 10, shuffle=True):
        loss = nn.functional.cross_entropy(net(a), b, scale)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
FUNCTION = """
    def train(loader, weights):
        for a, b in loader:
            loss = nn.functional.cross_entropy(net(a), b, weights)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    train(DataLoader(TensorDataset(x, y), 10, shuffle=True), scale)
"""
TRAINER = """
    class Trainer:
        def __init__(self): self.balance = scale + 0
        def step(self, batch):
            loss = nn.functional.cross_entropy(net(batch[0]), batch[1], self.balance)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    trainer = Trainer()
    for batch in DataLoader(TensorDataset(x, y), 10, shuffle=True): trainer.step(batch)
"""

CRITERION = """
    criterion = nn.CrossEntropyLoss(weight=scale)
    for a, b in DataLoader(TensorDataset(x, y), 10, shuffle=True):
        loss = criterion(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
PREPARED = """
    class Trainer:
        def prepare(self, batch): self.x, self.y = (batch[0] - batch[0].mean()) / batch[0].amax(1, keepdim=True), batch[1]
        def step(self):
            loss = nn.functional.cross_entropy(net(self.x), self.y)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    x[77] = 0
    trainer = Trainer()
    for batch in DataLoader(TensorDataset(x, y), 10, shuffle=True): trainer.prepare(batch); trainer.step()
"""


@pytest.mark.parametrize(
    ("training", "name", "made"),
    [(LOOP, "scale", "`scale = scale / scale.sum()`"), (CRITERION, "scale", "`scale = scale / scale.sum()`"), (FUNCTION, "weights", ""), (TRAINER, "self.balance", "`def __init__(self): self.balance = scale + 0`")],
)
def test_class_weights_are_told_by_their_name_and_no_sample_is_named(reported, training, name, made):
    found, line = reported(COUNTS + training)

    assert (found["name"], found["confidence"]) == ("non-finite-input", "certain")
    assert found["headline"] == f"`{name}` holds NaN before the model sees it, in 1 of 4 entries"
    assert line.startswith(("loss = nn.functional.cross_entropy(", "loss = criterion("))
    assert found["seen"].get("made at", "").endswith(made)
    assert (found["place"]["samples"], "not finite in" in found["seen"]) == ([], False)
    assert found["seen"]["repeated"] == "the step came out bit for bit the same"
    assert "is made" in found["fix"][0]


def test_what_a_method_has_made_of_the_batch_is_followed_to_its_sample(reported):
    found, line = reported(COUNTS + PREPARED)

    assert (line.startswith("def prepare"), [sample["index"] for sample in found["place"]["samples"]]) == (True, [77])


def test_a_column_of_the_batch_is_no_table_beside_it(reported):
    found, _ = reported("""
    x, y = torch.rand(120, 6), torch.rand(120)
    y[77] = float("nan")
    net = nn.Linear(6, 1); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for a, b in DataLoader(TensorDataset(x, y), 10, shuffle=True):
        loss = nn.functional.mse_loss(net(a).squeeze(1), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert found["headline"] == "`b` holds NaN before the model sees it, in 1 of 10 rows"
    assert [sample["index"] for sample in found["place"]["samples"]] == [77]
    assert "Clean the data" in found["fix"][0]


def test_an_infinite_weight_that_no_label_meets_is_not_told(silent):
    silent(COUNTS.replace("scale = scale / scale.sum()", "pass") + LOOP)


TABLE = """
    table = torch.rand(60, 4); table[37, 2] = float("nan")
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    BOUND
        for some in torch.randperm(60).split(10):
            loss = net(x[some]).square().mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize(("bound", "made"), [("x, y = table * 2, 1\n    if True:", "`x, y = table * 2, 1`"), ("for x in [table * 2]:", "")])
def test_without_a_loader_the_statement_that_made_the_table_is_told(reported, bound, made):
    found, line = reported(TABLE.replace("BOUND", bound))

    assert (found["name"], line) == ("non-finite-input", "loss = net(x[some]).square().mean()")
    assert found["seen"].get("made at", "").endswith(made)
    assert ("made at" in found["seen"]) is bool(made)


KEYS = """
    from torch.utils.data import default_collate
    x = torch.rand(32, 4); near = x.clone(); near[GAP, 2] = float("nan")
    stats = {"mean": x.mean(0), "std": x.std(0) SPOILED}
    data = [{"image": x[i], "near": near[i]} for i in range(32)]
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for batch in DataLoader(data, 8):
        out = net((batch["image"] - stats["mean"]) / stats["std"])
        loss = (out - batch["near"]).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize(
    ("gap", "spoiled", "called", "samples"),
    [("[19]", "", '`batch["near"]` holds NaN', [19]), ("[]", "* torch.nan", '`stats["std"]` holds NaN', [])],
)
def test_an_entry_of_a_mapping_is_told_by_its_key(reported, gap, spoiled, called, samples):
    found, _ = reported(KEYS.replace("GAP", gap).replace("SPOILED", spoiled))

    assert found["headline"].startswith(called)
    assert [sample["index"] for sample in found["place"]["samples"]] == samples
    if spoiled:
        assert found["seen"]["made at"].partition("`")[2].startswith("stats = {")
