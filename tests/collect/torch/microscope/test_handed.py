"""Batches that the step itself changes: what came in is known, or it is said that it is not."""

import pytest
from tests.collect.torch.microscope.conftest import told

from stepscope.collect.torch.loading.handed import Handed
from stepscope.collect.torch.microscope.samples import reload
from stepscope.finding import Confidence

BEGIN = """
    x = torch.rand(48, 5) + 0.1; x[30] = BAD
    y = torch.arange(48) % 3
    class Rows(torch.utils.data.Dataset):
        def __len__(self): return 48
        def __getitem__(self, i): return {"x": x[i], "y": y[i]}
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    def update(a, b):
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
LOOPS = {
    'b["x"] = b["x"].log()': """
    def prepare(b):
        b["x"] = b["x"].log()
        return b
    for b in DataLoader(Rows(), 6, shuffle=True):
        b = prepare(b)
        update(b["x"], b["y"])
    """,
    'a = b.pop("x").log()': """
    for b in DataLoader(Rows(), 6, shuffle=True):
        a = b.pop("x").log()
        loss = nn.functional.cross_entropy(net(a), b["y"])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "a.log_()": """
    for a, b in DataLoader(TensorDataset(x, y), 6, shuffle=True):
        a.log_()
        update(a, b)
    """,
    "a.sub_(0.1).log_()": """
    batches = iter(DataLoader(TensorDataset(x, y), 6, shuffle=True))
    for step in range(8):
        a, b = next(batches)
        a.sub_(0.1).log_()
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """On a machine that is busy a batch may take long to load: whether it is given up is no matter of these tests but of one."""
    monkeypatch.setattr(reload, "SECONDS", 60.0)


@pytest.mark.parametrize("line", LOOPS)
def test_a_batch_that_the_step_changes_is_not_taken_for_bad_data(diagnosed, line):
    report, _, lines = diagnosed(BEGIN.replace("BAD", "-1.0") + LOOPS[line])

    assert told(report, lines)[1:] == (line, [30])
    assert report.findings[0].name in ("non-finite-forward", "normalisation-wrong")
    assert report.findings[0].seen["repeated"] == "the step came out bit for bit the same"


@pytest.mark.parametrize("line", LOOPS)
def test_bad_data_are_told_though_the_step_changes_its_batch(diagnosed, line):
    report, _, lines = diagnosed(BEGIN.replace("BAD", "float('nan')") + LOOPS[line])

    assert report.findings[0].name == "non-finite-input"
    assert told(report, lines)[2] == [30]


@pytest.mark.parametrize("line", LOOPS)
def test_a_batch_that_is_changed_and_finite_is_left_in_peace(diagnosed, line):
    report, _, _ = diagnosed(BEGIN.replace("BAD", "0.5") + LOOPS[line].replace("sub_(0.1)", "sub_(0.01)"))

    assert report is None


def test_where_what_came_in_is_lost_that_is_said(diagnosed):
    report, _, lines = diagnosed("""
    x = torch.rand(48, 5); x[30] = 0.0
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for i in range(0, 48, 6):
        a = x[i:i + 6]
        a /= a.sum(1, keepdim=True)
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)
    found = report.findings[0]

    assert (found.name, found.confidence) == ("non-finite-input", Confidence.POSSIBLE)
    assert lines[found.place.line - 1].strip() == "a /= a.sum(1, keepdim=True)"
    assert "what came in is not known" in found.seen["repeated"]


def test_data_that_are_finite_when_loaded_again_are_not_blamed_with_certainty(diagnosed):
    report, _, _ = diagnosed("""
    x = torch.rand(48, 5); x[30] = 0.0
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for (a,) in DataLoader(TensorDataset(x), 6):
        array = a.numpy()
        array /= array.sum(1, keepdims=True)
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert report.findings[0].confidence == Confidence.POSSIBLE
    assert "its samples are finite" in report.findings[0].seen["repeated"]


def test_a_batch_that_is_drawn_ahead_is_found_again(diagnosed):
    pytest.importorskip("accelerate")
    report, _, lines = diagnosed("""
    from accelerate import Accelerator
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            generator = torch.Generator().manual_seed(0)
            for i in range(60):
                yield torch.randn(6, generator=generator), torch.rand(4, generator=generator) * (i != 45)
    accelerator = Accelerator(cpu=True)
    net = nn.Sequential(nn.Linear(6, 4), nn.LogSoftmax(-1)); optimizer = torch.optim.AdamW(net.parameters(), 1e-3)
    net, optimizer, loader = accelerator.prepare(net, optimizer, DataLoader(Stream(), 6))
    for x, p in loader:
        p = p / p.sum(1, keepdim=True)
        loss = nn.functional.kl_div(net(x), p, reduction="batchmean")
        accelerator.backward(loss); optimizer.step(); optimizer.zero_grad()
    """)

    assert told(report, lines)[:2] == ("non-finite-loss", "p = p / p.sum(1, keepdim=True)")


@pytest.mark.parametrize("kind", ["a mapping", "a list", "a tuple of lists", "an encoding"])
def test_what_is_taken_out_of_a_batch_is_in_its_copy(kind):
    import torch

    one = torch.ones(2)
    if kind == "an encoding":
        batch = pytest.importorskip("transformers").BatchEncoding({"x": one})
    else:
        batch = {"a mapping": {"x": one}, "a list": [one], "a tuple of lists": ([one],)}[kind]
    handed = Handed(batch)
    (batch[0] if kind == "a tuple of lists" else batch).pop(*(() if "list" in kind else ("x",)))

    for _ in range(2):
        fresh = handed.fresh()
        held = fresh[0] if "list" in kind else fresh["x"]
        assert (held[0] if kind == "a tuple of lists" else held) is one


def test_a_tensor_that_is_written_over_shows_in_its_version():
    import torch

    batch = [torch.ones(2), torch.zeros(2)]
    handed = Handed(batch)
    assert not handed.is_written
    batch[1].add_(1)
    assert handed.is_lost
    assert len(handed.untouched) == 1
    assert handed.untouched[0] is batch[0]


def test_a_batch_that_is_worn_and_cannot_be_loaded_again_is_not_bit_for_bit_the_same(diagnosed):
    report, _, lines = diagnosed("""
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            for i in range(48): yield torch.rand(5) + 0.1 if i != 30 else -torch.ones(5)
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for a in DataLoader(Stream(), 6):
        a.div_(4.0)
        loss = net(a.log()).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert lines[report.findings[0].place.line - 1].strip() == "loss = net(a.log()).square().mean()"
    assert report.findings[0].confidence == Confidence.LIKELY
    assert "could not be loaded again" in report.findings[0].seen["repeated"]


def test_a_batch_whose_loading_does_not_end_is_given_up(diagnosed, monkeypatch):
    monkeypatch.setattr(reload, "SECONDS", 0.2)
    report, names, _ = diagnosed("""
    class Rows(torch.utils.data.Dataset):
        again = False
        def __len__(self): return 12
        def __getitem__(self, i):
            while self.again: pass
            return torch.rand(5) - float(i > 7)
    rows = Rows()
    net = nn.Linear(5, 3); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for a in DataLoader(rows, 6):
        rows.again = True
        a.log_()
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        rows.again = False
    """)

    assert not names["rows"].again
    assert report.findings[0].confidence != Confidence.CERTAIN
