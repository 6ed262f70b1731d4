"""A sample is named where the batch, made again without it, gives a finite step; where chance or all of them together did it, none is."""

import sys
from types import ModuleType

import pytest
from tests.collect.torch.microscope.conftest import told

from stepscope.collect.torch.loading.loader_history import History

STEP = """
    for batch in DataLoader(samples, 6, shuffle=True, collate_fn=COLLATE):
        loss = LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
BOXES = """
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    boxes = [torch.rand(1 + i % 3, 4) for i in range(48)]
    samples = [(torch.rand(4), one) for one in boxes]
"""
LISTS = "lambda pairs: (torch.stack([a for a, _ in pairs]), [b for _, b in pairs])"
MEANS = "sum((net(a) - b).abs().mean() for a, b in zip(*batch))"


@pytest.mark.parametrize("draws_ahead", [False, True])
def test_a_sample_without_boxes_is_named_where_a_mean_over_them_is_nan(diagnosed, monkeypatch, draws_ahead):
    monkeypatch.setattr(History, "keeps_two", False)
    if draws_ahead:  # the batch before is kept then too, and holds boxes of the data set as well
        monkeypatch.setitem(sys.modules, "accelerate.data_loader", ModuleType("accelerate.data_loader"))
    report, _, lines = diagnosed(BOXES + "    samples[29] = torch.rand(4), torch.empty(0, 4)\n" + STEP.replace("COLLATE", LISTS).replace("LOSS", MEANS))

    assert told(report, lines)[1:] == (f"loss = {MEANS}", [29])


@pytest.mark.parametrize(("collate", "row"), [("lambda some: torch.stack(sorted(some, key=lambda x: float(x.sum())))", None), ("lambda some: torch.stack(some)", True)])
def test_a_row_is_told_where_it_is_that_of_the_batch_and_not_of_the_list_alone(diagnosed, collate, row):
    source = """
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    samples = list(torch.rand(48, 4) + 0.1); samples[29] = torch.zeros(4)
    """
    loss = "(net(batch) / batch.sum(1, keepdim=True)).mean()"
    report, _, lines = diagnosed(source + STEP.replace("COLLATE", collate).replace("LOSS", loss))

    assert told(report, lines)[1:] == (f"loss = {loss}", [29])
    [sample], broken = report.findings[0].place.samples, report.findings[0].seen["not finite in"]
    assert broken.startswith("row 0 " if row is None else f"row {sample.row} ")
    assert row or sample.row in (None, 0)


def test_where_no_sample_of_the_batch_has_what_is_counted_none_is_named(diagnosed):
    loss = "sum(net(a).square().mean() / sum((b > 2).sum() for b in batch[1]) for a in batch[0])"
    report, _, lines = diagnosed(BOXES + STEP.replace("COLLATE", LISTS).replace("LOSS", loss))

    assert told(report, lines)[1:] == (f"loss = {loss}", [])


def test_numbers_that_come_to_zero_together_blame_none_of_them(diagnosed):
    source = """
    net = nn.Linear(1, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    samples = [torch.tensor([float(i % 2 * 2 - 1)]) for i in range(48)]
    """
    loss = "(net(batch) * 0 + 1).sum() / batch.sum()"
    report, _, lines = diagnosed(source + STEP.replace("COLLATE", "None").replace("LOSS", loss).replace("shuffle=True", "shuffle=False"))

    assert told(report, lines)[1:] == (f"loss = {loss}", [])


CROPS = """
    import random
    net = nn.Linear(8, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    waves = torch.rand(60, 40) + 0.1; waves[41, 12:30] = 0
    class Crops:
        drawn = random.Random(5)
        def __len__(self): return 60
        def __getitem__(self, i):
            at = Crops.drawn.randrange(32); return waves[i, at:at + 8]
    samples = Crops()
    def loudest(crops): return torch.stack(sorted(crops, key=lambda one: -one.sum()))
    for epoch in range(20):
        for batch in DataLoader(samples, 6, shuffle=True, collate_fn=loudest):
            loss = net(batch / batch.norm(dim=1, keepdim=True)).square().mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_the_samples_are_other_ones_when_loaded_again_no_innocent_is_named(diagnosed, seed):
    report, _, lines = diagnosed(f"    torch.manual_seed({seed})\n" + CROPS.replace("Random(5)", f"Random({seed})"))

    assert told(report, lines)[1].startswith("loss = net(batch / batch.norm")
    assert told(report, lines)[2] in ([], [41])


def test_a_sample_whose_two_views_stand_one_behind_the_other_is_named(diagnosed):
    report, _, lines = diagnosed("""
    x = torch.rand(60, 5); x[23] = 0
    net = nn.Linear(5, 4, bias=False); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for a, b in DataLoader(TensorDataset(x, x * 2), 10, shuffle=True):
        z = net(torch.cat([a, b]))
        z = z / z.square().sum(1, keepdim=True).pow(0.5)
        loss = (z @ z.T).logsumexp(1).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[1:] == ("z = z / z.square().sum(1, keepdim=True).pow(0.5)", [23])


def test_a_graph_is_named_where_an_edge_of_it_has_no_length(diagnosed):
    report, _, lines = diagnosed("""
    class Together:
        def __init__(self, graphs):
            self.x = torch.cat(graphs); sizes = torch.tensor([0, *map(len, graphs)]).cumsum(0)
            self.links = torch.cat([torch.tensor([(a, b) for a in range(len(one)) for b in range(len(one)) if a != b]) + size for one, size in zip(graphs, sizes)]).T
    class Graphs:
        def __init__(self): self.all = [torch.randn(4 + i % 4, 3) for i in range(60)]; self.all[37][2] = self.all[37][0]
        def __len__(self): return 60
        def __getitem__(self, i): return self.all[i]
    class Net(nn.Module):
        def __init__(self): super().__init__(); self.head = nn.Linear(3, 1)
        def forward(self, x, links):
            one, other = links
            reach = 1 / (x[one] - x[other]).norm(dim=1)
            return self.head(x)[one] * reach[:, None]
    net = Net(); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for batch in DataLoader(Graphs(), 12, shuffle=True, collate_fn=Together):
        loss = net(batch.x, batch.links).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[1:] == ("reach = 1 / (x[one] - x[other]).norm(dim=1)", [37])


def test_samples_that_take_long_to_load_do_not_cost_the_diagnosis(diagnosed):
    source = BOXES + """
    import time
    class Slow:
        slow = False
        def __len__(self): return 48
        def __getitem__(self, i):
            time.sleep(0.5 * Slow.slow); return samples[i][0], samples[i][1] if i != 29 else torch.empty(0, 4)
    """
    loop = STEP.replace("DataLoader(samples", "DataLoader(Slow()").replace("COLLATE", LISTS).replace("LOSS", MEANS).replace("optimizer.zero_grad()", "Slow.slow = True; optimizer.zero_grad()")
    report, _, lines = diagnosed(source + loop.replace("optimizer.step()", "optimizer.step(); Slow.slow = False"))

    assert told(report, lines)[1:] == (f"loss = {MEANS}", [])


HANDED = """
    def learn(x, boxes):
        loss = LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    for batch in DataLoader(samples, 6, shuffle=True, collate_fn=COLLATE): learn(*batch)
"""


def test_a_sample_is_named_where_a_function_was_handed_the_parts_of_the_batch(diagnosed):
    loss = "sum((net(a) - b).abs().mean() for a, b in zip(x, boxes))"
    source = BOXES + "    samples[29] = torch.rand(4), torch.empty(0, 4)\n" + HANDED.replace("COLLATE", LISTS).replace("LOSS", loss)
    report, _, lines = diagnosed(source)

    assert told(report, lines)[1:] == (f"loss = {loss}", [29])


def test_a_function_whose_own_numbers_fail_blames_none_of_the_samples_that_it_was_handed(diagnosed):
    loss = "sum((net(a) - b).abs().mean() for a, b in zip(x, boxes)) / torch.randint(0, 3, (4,)).prod()"
    report, _, lines = diagnosed(BOXES + HANDED.replace("COLLATE", LISTS).replace("LOSS", loss))

    assert told(report, lines)[1:] == (f"loss = {loss}", [])


def test_a_sample_is_named_by_rows_of_another_kind_than_those_of_the_batch(diagnosed):
    report, _, lines = diagnosed("""
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    boxes = torch.rand(48, 3, 4) + 0.1; boxes[::3, 1:] = -1; boxes[29, 0] = 0
    for x, boxes in DataLoader(TensorDataset(torch.rand(48, 4), boxes), 7, shuffle=True):
        real = boxes[boxes[..., 2] >= 0]
        shares = real / real.amax(1, keepdim=True)
        loss = (net(x).mean() - shares).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[1:] == ("shares = real / real.amax(1, keepdim=True)", [29])


PIXELS = """
    net = nn.Linear(4, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    x, labels = torch.rand(48, 6, 4), torch.randint(0, 3, (48, 6)); labels[::5, 2:] = -1; VOID
    for a, b in DataLoader(TensorDataset(x, labels), 4):
        each = nn.functional.cross_entropy(net(a).flatten(0, 1), b.flatten().clamp(min=0), reduction="none")
        seen = (b.flatten() >= 0).float()
        loss = (each * seen).sum() / seen.sum()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize(("void", "samples"), [("labels[20:24] = -1", [20, 21, 22, 23]), ("labels[:] = -1", [])])
def test_samples_that_have_nothing_to_count_are_all_named_where_others_have(diagnosed, void, samples):
    report, _, lines = diagnosed(PIXELS.replace("VOID", void))

    assert told(report, lines)[1:] == ("loss = (each * seen).sum() / seen.sum()", samples)


def test_samples_that_fail_only_for_being_alike_are_not_named(diagnosed):
    report, _, lines = diagnosed("""
    net = nn.Linear(4, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    x = torch.rand(48, 4); x[20:24] = x[20]
    for (a,) in DataLoader(TensorDataset(x), 4):
        out = net(a)
        loss = ((out - out.mean(0)).abs().sum() / (a - a.mean(0)).abs().sum())
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[1:] == ("loss = ((out - out.mean(0)).abs().sum() / (a - a.mean(0)).abs().sum())", [])


HIDDEN = """
    from functools import partial
    x, y = torch.rand(64, 4), torch.rand(64, 4); known = torch.rand(64) > 0.3; known[[24, 25, 26, 27]] = False; known[KNOWN] = True
    class Trainer:
        def __init__(self):
            self.net = nn.Linear(4, 4); self.optimizer = torch.optim.SGD(self.net.parameters(), 0.01)
        def training_step(self, batch):
            a, b, keep = batch
            return (self.net(a)[keep] - b[keep]).square().mean()
        def closure(self, step):
            loss = step()
            self.optimizer.zero_grad(); loss.backward()
        def fit(self, loader):
            for batch in loader:
                self.closure(partial(self.training_step, COPY))
                self.optimizer.step()
    Trainer().fit(DataLoader(TensorDataset(x, y, known), 4))
"""


@pytest.mark.parametrize(("copy", "samples"), [("batch", [24, 25, 26, 27]), ("[part.clone() for part in batch]", [])])
def test_samples_are_named_where_a_trainer_hides_their_batch_from_the_names_of_its_functions(diagnosed, copy, samples):
    report, _, lines = diagnosed(HIDDEN.replace("KNOWN", "63").replace("COPY", copy))

    assert told(report, lines)[1:] == ("return (self.net(a)[keep] - b[keep]).square().mean()", samples)


def test_a_hidden_batch_that_has_something_to_count_is_left_in_peace(diagnosed):
    assert diagnosed(HIDDEN.replace("KNOWN", "24").replace("COPY", "batch"))[0] is None
